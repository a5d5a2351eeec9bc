using System.Globalization;
using System.Text.Json;

namespace MaaS.Client.Rest;

/// <summary>Sends HTTP requests with the client's credentials and turns failures into its errors.</summary>
internal sealed class RestSender(HttpClient http, Credentials credentials, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Path of a model below a server's address.</summary>
    public static string ModelPath(string model, string? version)
        => version is null ? $"v2/models/{Escape(model)}" : $"v2/models/{Escape(model)}/versions/{Escape(version)}";

    public static string Escape(string part)
    {
        ArgumentException.ThrowIfNullOrEmpty(part);
        return Uri.EscapeDataString(part);
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="address">The server; the path is below it.</param>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Without a leading slash.</param>
    /// <param name="content">The body; null for none. It is disposed.</param>
    /// <param name="request">Has headers and limits of its own; null for none.</param>
    /// <param name="option">Whether the answer's body is awaited as well.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A successful answer; the caller disposes it.</returns>
    /// <exception cref="MaaSClientException">The server was not reached, or refuses.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Uri address, HttpMethod method, string path, HttpContent? content, ModelRequest? request,
        HttpCompletionOption option, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, Below(address, path)) { Content = content };
        foreach (var (name, value) in await credentials.HeadersAsync(request, cancellationToken).ConfigureAwait(false))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        AddLimits(message, request);
        try
        {
            var response = await http.SendAsync(message, option, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await RestErrors.OfAsync(address, response, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw RestErrors.Of(address, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw RestErrors.OfCancelled(address, e, http.Timeout);
        }
    }

    /// <summary>Sends a request and reads its answer's JSON, in which numbers may be bare NaN and Infinity.</summary>
    public async Task<T> ReadAsync<T>(
        Uri address, HttpMethod method, string path, HttpContent? content, ModelRequest? request,
        JsonSerializerOptions? json, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(
            address, method, path, content, request, HttpCompletionOption.ResponseContentRead, cancellationToken)
                .ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize<T>(NonFiniteTokens.Quote(body).Span, json ?? Json)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw RestErrors.Unreadable(address, $"{path}: JSON of the protocol", e);
        }
    }

    private static Uri Below(Uri address, string path)
        => new(address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"), path);

    private static void AddLimits(HttpRequestMessage message, ModelRequest? request)
    {
        // The Open Inference Protocol says both in the body.
        if (request is null or InferRequest)
        {
            return;
        }

        if (request.Priority is { } priority)
        {
            message.Headers.TryAddWithoutValidation(
                "Priority", string.Create(CultureInfo.InvariantCulture, $"u={priority - 1}"));
        }

        // The server would take it for the time of the whole text, the client means the wait for a piece.
        if (request is not GenerateRequest && request.Timeout is { } timeout)
        {
            message.Headers.TryAddWithoutValidation(
                "X-Request-Timeout-Ms", Math.Ceiling(timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }
    }
}
