using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Primitives.Files;

namespace MaaS.Registry.Exchange;

/// <summary>Logins by registry, in files as Docker's <c>config.json</c>:
/// <c>{"auths": {"HOST": {"auth": "base64 of USER:PASSWORD"}}}</c>. The first file is written, all are read. Where a
/// file names a credential helper (<c>credHelpers</c> for a registry, <c>credsStore</c> for all), that is
/// asked.</summary>
/// <param name="files">Paths; those that are missing hold nothing.</param>
public sealed class RegistryLogins(params IReadOnlyList<string> files)
{
    /// <summary>MaaS's own file, then Docker's.</summary>
    public static RegistryLogins Default => new(
        Path.Combine(ConfigurationFolder(), "maas", "registries.json"),
        Path.Combine(
            Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } docker ? docker
                : Path.Combine(Home(), ".docker"), "config.json"));

    /// <summary>The login of a registry; null for none.</summary>
    /// <param name="host">As a reference names it.</param>
    /// <exception cref="InvalidDataException">A file is none of logins, or a credential helper fails.</exception>
    public RegistryLogin? Find(string host)
        => files.Where(File.Exists).Select(file => FindIn(file, host)).FirstOrDefault(static l => l is not null);

    /// <summary>Stores a login in a file that only its owner may read.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="login">Replaces an earlier one; null forgets it.</param>
    /// <returns>The file.</returns>
    public string Store(string host, RegistryLogin? login)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (login?.User.Contains(':', StringComparison.Ordinal) == true)
        {
            throw new ArgumentException($"login: expected a user without ':', got '{login.User}'.", nameof(login));
        }

        var file = files[0];
        var root = File.Exists(file) ? Read(file) : [];
        if (root["auths"] is not JsonObject logins)
        {
            root["auths"] = logins = [];
        }

        logins.Remove(host);
        if (login is not null)
        {
            logins[host] = new JsonObject
            {
                ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")),
            };
        }

        AtomicFile.Write(file, stream =>
        {
            if (!OperatingSystem.IsWindows() && stream is FileStream own)
            {
                File.SetUnixFileMode(own.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            JsonSerializer.Serialize(stream, root);
        });
        return file;
    }

    private static RegistryLogin? FindIn(string file, string host)
    {
        var root = Read(file);
        if (Text(file, root["credHelpers"], host) is { Length: > 0 } own)
        {
            return CredentialHelper.Get(own, host);
        }

        if (Text(file, root, "credsStore") is { Length: > 0 } store && CredentialHelper.Get(store, host) is { } kept)
        {
            return kept;
        }

        if (root["auths"]?[host]?["auth"]?.GetValue<string>() is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(text)).Split(':', 2);
            return pair.Length == 2 ? new RegistryLogin(pair[0], pair[1]) : throw new FormatException();
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{file}: {host}: expected 'auth' as base64 of USER:PASSWORD.", e);
        }
    }

    private static string? Text(string file, JsonNode? node, string name)
        => node is not JsonObject parent || !parent.TryGetPropertyValue(name, out var found) || found is null ? null
            : found is JsonValue value && value.TryGetValue<string>(out var text) ? text
            : throw new InvalidDataException($"{file}: expected the name of a credential helper as '{name}'.");

    private static JsonObject Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file)) as JsonObject ?? throw new JsonException("got no object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file}: expected a JSON object with 'auths': {e.Message}", e);
        }
    }

    private static string Home() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string ConfigurationFolder()
        => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
            : Path.Combine(Home(), ".config");
}
