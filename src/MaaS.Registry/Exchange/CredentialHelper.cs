using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace MaaS.Registry.Exchange;

/// <summary>Asks a program <c>docker-credential-NAME</c> for a login (protocol of docker-credential-helpers, verb
/// <c>get</c>): the registry goes to its standard input, a JSON object comes back.</summary>
internal static class CredentialHelper
{
    private const string NotFound = "credentials not found", IdentityToken = "<token>";
    private const int MostAnswer = 1 << 20, MostShown = 200;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);   // It may ask a person to unlock a keychain.

    /// <summary>The login that a helper has.</summary>
    /// <param name="name">What stands behind <c>docker-credential-</c>.</param>
    /// <param name="host">The registry.</param>
    /// <returns>Null where it has none.</returns>
    /// <exception cref="InvalidDataException">The helper is not there, fails, is silent for a minute, or answers
    /// something else.</exception>
    public static RegistryLogin? Get(string name, string host)
    {
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new InvalidDataException(
                $"{host}: expected the name of a credential helper, of letters, digits, '-', '_' and '.', got "
                    + $"'{name}'.");
        }

        var program = $"docker-credential-{name}";
        var (code, output) = Run(program, host);
        return code == 0 ? Read(program, host, output)
            : output.Contains(NotFound, StringComparison.OrdinalIgnoreCase) ? null
            : throw new InvalidDataException(
                $"{host}: expected a login from {program}, it failed with exit code {code}: "
                    + $"{output[..Math.Min(output.Length, MostShown)].Trim()}");
    }

    private static (int Code, string Output) Run(string program, string host)
    {
        using var process = Start(program, host);
        var output = ReadAsync(process.StandardOutput);
        try
        {
            process.StandardInput.Write(host);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading; its exit code says why.
        }

        // A child of its own may hold the output open when it has ended.
        if (process.WaitForExit(Timeout) && output.Wait(Timeout))
        {
            return (process.ExitCode, output.Result);
        }

        process.Kill(entireProcessTree: true);
        throw new InvalidDataException(
            $"{host}: expected {program} to answer within {Timeout.TotalSeconds} s; it was ended.");
    }

    private static Process Start(string program, string host)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                StandardOutputEncoding = Encoding.UTF8,
                UseShellExecute = false,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidDataException(
                $"{host}: expected the program {program}, which Docker's config.json names, on the PATH: {e.Message}; "
                    + $"install it, or log in with 'maas login {host}', which goes before it.", e);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var buffer = new char[MostAnswer];
        var count = await reader.ReadBlockAsync(buffer).ConfigureAwait(false);
        return new string(buffer, 0, count);
    }

    // What came is not shown: it may be a secret.
    private static RegistryLogin Read(string program, string host, string output)
    {
        try
        {
            using var answer = JsonDocument.Parse(output);
            var (user, secret) = (
                answer.RootElement.GetProperty("Username").GetString(),
                answer.RootElement.GetProperty("Secret").GetString());
            return string.IsNullOrEmpty(user) || secret is null ? throw new KeyNotFoundException()
                : user != IdentityToken ? new RegistryLogin(user, secret)
                : throw new InvalidDataException(
                    $"{host}: expected a user and a password or access token, {program} has an identity token, which "
                        + $"is not taken here; log in with 'maas login {host}'.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{host}: expected a JSON object with Username and Secret from {program}, got something else.");
        }
    }
}
