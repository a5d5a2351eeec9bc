namespace MaaS.Client;

/// <summary>The headers that show who asks, the same for both transports.</summary>
internal sealed class Credentials(MaaSClientOptions options)
{
    /// <summary>Names and values, those of a request among them.</summary>
    /// <param name="request">Has headers of its own; null for none.</param>
    /// <param name="cancellationToken">Stops the wait for a token.</param>
    public async ValueTask<List<KeyValuePair<string, string>>> HeadersAsync(
        ModelRequest? request, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> headers = [.. request?.Headers ?? new Dictionary<string, string>()];
        if (options.ApiKey is { } key)
        {
            headers.Add(new(options.ApiKeyHeader, key));
        }

        var token = options.BearerTokenProvider is { } provider
            ? await provider(cancellationToken).ConfigureAwait(false) : options.BearerToken;
        if (token is not null)
        {
            headers.Add(new("Authorization", $"Bearer {token}"));
        }

        return headers;
    }
}
