using System.Net;
using System.Text.RegularExpressions;

namespace MaaS.Registry.Exchange;

/// <summary>A model in an OCI registry: <c>HOST[:PORT]/NAME[:TAG][@sha256:…]</c>.</summary>
/// <param name="Host">Address of the registry, with its port if that is not TLS's.</param>
/// <param name="Repository">Lower-case parts, as <c>team/digits</c>.</param>
/// <param name="Tag">Null for none.</param>
/// <param name="Digest">Null for whatever the tag points to.</param>
public sealed partial record OciReference(string Host, string Repository, string? Tag = null, string? Digest = null)
{
    private const string Rule = "HOST[:PORT]/NAME[:TAG][@sha256:DIGEST] with a name of lower-case letters, digits and "
        + ". _ - / and a tag of 1 to 128 letters, digits and . _ -";

    /// <summary>Whether the registry is on this machine.</summary>
    public bool IsLoopback
    {
        get
        {
            var name = Host.StartsWith('[') ? Host[1..Host.IndexOf(']', StringComparison.Ordinal)] : Host.Split(':')[0];
            return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
        }
    }

    /// <summary>What is asked for: the digest where there is one, else the tag, else <c>latest</c>.</summary>
    internal string Version => Digest ?? Tag ?? "latest";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static OciReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Pattern().Match(text);
        if (!match.Success || text.Contains("..", StringComparison.Ordinal)
            || !Uri.TryCreate($"https://{match.Groups["host"].Value}/", UriKind.Absolute, out _))
        {
            throw new FormatException($"expected {Rule}, got '{text}'.");
        }

        return new OciReference(
            match.Groups["host"].Value, match.Groups["name"].Value, Value("tag"), Value("digest"));

        string? Value(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
    }

    /// <summary>The reference as it is written.</summary>
    public override string ToString()
        => $"{Host}/{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    // Distribution specification 1.1, section "Pulling manifests"; a host without dot or port would be a name.
    [GeneratedRegex(
        @"\A(?<host>localhost(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?|"
            + @"[A-Za-z0-9-]+:\d{1,5})/(?<name>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)"
            + @"(:(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?\z")]
    private static partial Regex Pattern();
}
