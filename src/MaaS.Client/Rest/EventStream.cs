using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MaaS.Client.Resilience;

namespace MaaS.Client.Rest;

/// <summary>An answer that a server is writing for OpenAI's clients: JSON objects as server-sent events, and
/// <c>[DONE]</c> at the end.</summary>
internal static class EventStream
{
    private const string Done = "[DONE]";

    /// <summary>The objects as they come.</summary>
    /// <param name="endpoint">The server, which counts the stream as a request until it ends.</param>
    /// <param name="response">Disposed at the end.</param>
    /// <param name="limit">Longest time between two events.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancellationToken">The caller waits no more.</param>
    /// <exception cref="MaaSClientException">The server stopped writing, or says why it cannot go on.</exception>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        Endpoint endpoint, HttpResponseMessage response, TimeSpan limit, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var owned = response;
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        endpoint.Enter();
        try
        {
            silence.CancelAfter(limit);
            var events = SseParser.Create(await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false))
                .EnumerateAsync(either.Token).GetAsyncEnumerator(either.Token);
            await using var ownedEvents = events.ConfigureAwait(false);
            while (await NextAsync(endpoint, events, limit, silence, cancellationToken)
                .ConfigureAwait(false) is { } data)
            {
                // How long the reader takes for an event is not the server's time.
                silence.CancelAfter(Timeout.InfiniteTimeSpan);
                yield return Read(endpoint.Address, data);
                silence.CancelAfter(limit);
            }
        }
        finally
        {
            endpoint.Exit();
        }
    }

    private static async Task<string?> NextAsync(
        Endpoint endpoint, IAsyncEnumerator<SseItem<string>> events, TimeSpan limit, CancellationTokenSource silence,
        CancellationToken cancellationToken)
    {
        try
        {
            return !await events.MoveNextAsync().ConfigureAwait(false)
                ? throw new MaaSClientException(
                    ErrorKind.Disconnected, endpoint.Address, "the stream ended before the answer did")
                : events.Current.Data == Done ? null : events.Current.Data;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RestErrors.Of(endpoint.Address, e);
        }
        catch (OperationCanceledException e) when (
            silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MaaSClientException(
                ErrorKind.Timeout, endpoint.Address, $"expected the next piece within {limit}, got none", e);
        }
    }

    private static JsonElement Read(Uri address, string data)
    {
        try
        {
            var json = JsonElement.Parse(data);
            return json.TryGetProperty("error", out var error)
                ? throw new MaaSClientException(ErrorKind.ServerFault, address, RestErrors.TextOf(error)) : json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw RestErrors.Unreadable(address, "an event with a JSON object", e);
        }
    }
}
