namespace MaaS.Registry.Contents;

/// <summary>Where contents are in an object store:
/// <c>s3://BUCKET/PREFIX?endpoint=…&amp;region=…&amp;pathStyle=true</c>. It holds no credentials.</summary>
/// <param name="Bucket">The bucket, which is there.</param>
/// <param name="Prefix">What the objects' keys begin with, without slashes around it; may be empty.</param>
/// <param name="Endpoint">A server other than Amazon's; null for Amazon's.</param>
/// <param name="Region">Null for the one of the environment.</param>
/// <param name="PathStyle">Whether the bucket stands in the path instead of the host name; with an endpoint it does
/// unless the address says otherwise.</param>
internal sealed record S3Address(string Bucket, string Prefix, Uri? Endpoint, string? Region, bool PathStyle)
{
    /// <summary>What every address begins with.</summary>
    public const string Scheme = "s3://";

    private const string EndpointKey = "endpoint", RegionKey = "region", PathStyleKey = "pathStyle";

    /// <summary>Without the parameters.</summary>
    public override string ToString() => Prefix.Length == 0 ? $"{Scheme}{Bucket}" : $"{Scheme}{Bucket}/{Prefix}";

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is none. The message does not show it: somebody may have put a secret
    /// there.</exception>
    public static S3Address Parse(string address)
    {
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Fault("got an address of another kind");
        }

        var (path, query) = Halves(address[Scheme.Length..], '?');
        var (bucket, prefix) = Halves(path, '/');
        if (bucket.Length is < 3 or > 63 || !bucket.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
            || c is '.' or '-'))
        {
            throw Fault("got a bucket whose name is not 3 to 63 lower-case letters, digits, '.' and '-'");
        }

        prefix = prefix.Trim('/');
        if (prefix.Split('/') is var folders && prefix.Length > 0
            && folders.Any(static f => f is "" or "." or ".." || f.Any(char.IsControl)))
        {
            throw Fault("got a prefix with an empty part, '.', '..' or control characters");
        }

        Uri? endpoint = null;
        string? region = null;
        bool? pathStyle = null;
        foreach (var (key, value) in query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(static p => Halves(p, '=')))
        {
            switch (key)
            {
                case EndpointKey:
                    endpoint = EndpointOf(Uri.UnescapeDataString(value));
                    break;
                case RegionKey when value.Length > 0:
                    region = value;
                    break;
                case PathStyleKey when bool.TryParse(value, out var style):
                    pathStyle = style;
                    break;
                default:
                    throw Fault(
                        $"got another parameter than '{EndpointKey}', '{RegionKey}' and '{PathStyleKey}' (true or "
                            + "false), or one without a value");
            }
        }

        return new S3Address(bucket, prefix, endpoint, region, pathStyle ?? endpoint is not null);
    }

    private static Uri EndpointOf(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https" }
            and { UserInfo.Length: 0, Query.Length: 0, AbsolutePath: "/" } ? url
            : throw Fault("got an endpoint that is none, as https://s3.example.org");

    private static (string First, string Second) Halves(string text, char between)
        => text.Split(between, 2) is [var first, var second] ? (first, second) : (text, "");

    private static ArgumentException Fault(string got)
        => new(
            "Registry: expected contents as s3://BUCKET/PREFIX?endpoint=https://…&region=…&pathStyle=true, with the "
                + $"credentials in the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE, a role, …), {got}.");
}
