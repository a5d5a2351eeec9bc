using System.Net.ServerSentEvents;
using System.Text.Json;
using MaaS.Client.Resilience;

namespace MaaS.Client.Rest;

/// <summary>A text that a server is writing, as server-sent events.</summary>
internal sealed class GenerationStream : IAsyncDisposable
{
    private readonly Endpoint _endpoint;
    private readonly HttpResponseMessage _response;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private IAsyncEnumerator<SseItem<string>>? _events;
    private int _disposed;

    private GenerationStream(
        Endpoint endpoint, HttpResponseMessage response, TimeSpan? limit, TimeProvider time, CancellationToken caller)
    {
        _endpoint = endpoint;
        _response = response;
        _limit = limit ?? Timeout.InfiniteTimeSpan;
        _caller = caller;
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _silence.Token);
        endpoint.Enter();
    }

    /// <summary>The piece that came last.</summary>
    public GeneratedText Current { get; private set; } = new("", FinishReason: null, Tokens: null);

    /// <summary>Waits for the first piece.</summary>
    /// <exception cref="MaaSClientException">It did not come.</exception>
    public static async Task<GenerationStream> BeginAsync(
        Endpoint endpoint, HttpResponseMessage response, TimeSpan? limit, TimeProvider time, CancellationToken caller,
        CancellationToken cancellationToken)
    {
        var stream = new GenerationStream(endpoint, response, limit, time, caller);
        try
        {
            // The try's token is dead once the try is over: it may stop the beginning, not the rest.
            using var stop = cancellationToken.UnsafeRegister(
                static s => ((CancellationTokenSource)s!).Cancel(), stream._either);
            await stream.MoveNextAsync().ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for the next piece; false after the last.</summary>
    /// <exception cref="MaaSClientException">The server stopped writing, or says why it cannot go on.</exception>
    public async Task<bool> MoveNextAsync()
    {
        if (Current.FinishReason is not null)
        {
            return false;
        }

        _silence.CancelAfter(_limit);
        try
        {
            _events ??= SseParser.Create(await _response.Content.ReadAsStreamAsync(_either.Token).ConfigureAwait(false))
                .EnumerateAsync(_either.Token).GetAsyncEnumerator(_either.Token);
            if (!await _events.MoveNextAsync().ConfigureAwait(false))
            {
                throw Error(ErrorKind.Disconnected, "the stream ended before the text did");
            }

            // How long the reader takes for a piece is not the server's time.
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
            Current = Read(_events.Current.Data);
            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RestErrors.Of(_endpoint.Address, e);
        }
        catch (OperationCanceledException e) when (_silence.IsCancellationRequested && !_caller.IsCancellationRequested)
        {
            throw Error(ErrorKind.Timeout, $"expected the next piece within {_limit}, got none", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (_events is not null)
        {
            await _events.DisposeAsync().ConfigureAwait(false);
        }

        _response.Dispose();
        _either.Dispose();
        _silence.Dispose();
        _endpoint.Exit();
    }

    private GeneratedText Read(string data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var root = json.RootElement;
            if (root.TryGetProperty("error", out var error))
            {
                throw Error(ErrorKind.ServerFault, error.ToString());
            }

            return new GeneratedText(
                root.GetProperty("text_output").GetString() ?? "",
                root.TryGetProperty("finish_reason", out var finish) ? finish.GetString() : null,
                root.TryGetProperty("tokens", out var tokens) ? tokens.GetInt32() : null);
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw RestErrors.Unreadable(_endpoint.Address, "an event with text_output", e);
        }
    }

    private MaaSClientException Error(ErrorKind kind, string message, Exception? cause = null)
        => new(kind, _endpoint.Address, message, cause);
}
