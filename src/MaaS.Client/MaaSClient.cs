using System.Runtime.CompilerServices;
using System.Text.Json;
using MaaS.Client.Grpc;
using MaaS.Client.Resilience;
using MaaS.Client.Rest;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MaaS.Client;

/// <inheritdoc cref="IMaaSClient"/>
/// <remarks>
/// The way of a request: 1. the request's pipeline (time for all tries, further tries, hedging:
/// <see cref="CallPipelines"/>); 2. the best endpoint (<see cref="EndpointPool"/>); 3. its circuit breaker and the
/// try's time; 4. the transport, REST or gRPC; 5. an answer, or an error that says whether 1 tries again and whether 2
/// avoids the endpoint until
/// <see cref="HealthProber"/> finds it ready.
/// </remarks>
public sealed class MaaSClient : IMaaSClient, IAsyncDisposable, IDisposable
{
    private readonly MaaSClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient? _owned;
    private readonly ITransport _transport;
    private readonly ResilientCaller _tensors;
    private readonly ModelCalls _models;
    private readonly ResilientCaller? _rest;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="options">Which servers, and how.</param>
    /// <param name="time">Measures waits; null for the system's clock.</param>
    /// <param name="logging">Gets lines of servers that come and go, and Polly's telemetry; null for none.</param>
    /// <exception cref="OptionsValidationException">The options have faults: all are named.</exception>
    public MaaSClient(MaaSClientOptions options, TimeProvider? time = null, ILoggerFactory? logging = null)
        : this(http: null, options, time, logging)
    {
    }

    /// <summary>A client over an HTTP client, whose owner is the caller: one from IHttpClientFactory will do.</summary>
    /// <param name="http">
    /// Makes the connections, so it shows certificates; its own <see cref="HttpClient.Timeout"/> holds for each try
    /// besides
    /// <see cref="MaaSClientOptions.Timeout"/>. Null for connections of the client's own.
    /// </param>
    /// <param name="options">Null for the defaults; then the HTTP client has a base address.</param>
    /// <param name="time">Measures waits; null for the system's clock.</param>
    /// <param name="logging">Gets lines of servers that come and go, and Polly's telemetry; null for none.</param>
    /// <exception cref="OptionsValidationException">The options have faults: all are named.</exception>
    public MaaSClient(
        HttpClient? http, MaaSClientOptions? options = null, TimeProvider? time = null, ILoggerFactory? logging = null)
    {
        _options = options ?? new MaaSClientOptions();
        _time = time ?? TimeProvider.System;
        logging ??= NullLoggerFactory.Instance;
        Uri[] addresses = _options.Addresses.Count == 0 && http?.BaseAddress is { } address
            ? [address] : [.. _options.Addresses];
        ThrowIfFaulty(addresses.Length > 0);
        _owned = http is null
            ? new HttpClient(ClientHandler.Create(_options)) { Timeout = Timeout.InfiniteTimeSpan } : null;
        http ??= _owned!;

        var credentials = new Credentials(_options);
        var sender = new RestSender(http, credentials, _time);
        var rest = new RestTransport(sender, _options.Transport == Transport.RestJson);
        _models = new ModelCalls(sender);
        _rest = addresses.Length > 0
            ? new ResilientCaller(addresses, _options, rest.IsReadyAsync, _time, logging) : null;
        if (_options.Transport == Transport.Grpc)
        {
            _transport = new GrpcTransport(http, credentials, _time, logging);
            _tensors = new ResilientCaller(
                _options.GrpcAddresses.Count > 0 ? _options.GrpcAddresses : addresses, _options,
                _transport.IsReadyAsync, _time, logging);
        }
        else
        {
            (_transport, _tensors) = (rest, _rest!);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServerState> Servers => _tensors.States;

    private ResilientCaller Rest => _rest ?? throw new InvalidOperationException(
        "MaaSClient: expected Addresses for calls that gRPC does not have (classification, generation, predict), got "
            + "GrpcAddresses alone.");

    /// <inheritdoc/>
    public Task<InferResponse> InferAsync(InferRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ThrowIfFaulty();
        return _tensors.CallAsync(
            RetryScope.Hedged, (endpoint, token) => _transport.InferAsync(endpoint.Address, request, token),
            request.Timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Classification>> ClassifyAsync(
        ClassifyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ThrowIfFaulty();
        return Rest.CallAsync(
            RetryScope.Hedged, (endpoint, token) => _models.ClassifyAsync(endpoint.Address, request, token),
            request.Timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GeneratedText> GenerateAsync(
        GenerateRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ThrowIfFaulty();
        return PiecesAsync(Rest, request, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TPrediction>> PredictAsync<TInstance, TPrediction>(
        string model, IReadOnlyList<TInstance> instances, string? version = null, JsonSerializerOptions? json = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instances);
        return Rest.CallAsync(
            RetryScope.Hedged,
            (endpoint, token) => _models.PredictAsync<TInstance, TPrediction>(
                endpoint.Address, model, instances, version, json, token), timeout: null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ServerMetadata> GetServerAsync(CancellationToken cancellationToken = default)
        => ReadAsync(_transport.GetServerAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<ModelMetadata> GetModelAsync(
        string model, string? version = null, CancellationToken cancellationToken = default)
        => ReadAsync((address, token) => _transport.GetModelAsync(address, model, version, token), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(
        bool onlyReady = false, CancellationToken cancellationToken = default)
        => ReadAsync((address, token) => _transport.GetIndexAsync(address, onlyReady, token), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsLiveAsync(CancellationToken cancellationToken = default)
        => AskAsync(_transport.IsLiveAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
        => AskAsync(_transport.IsReadyAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsModelReadyAsync(
        string model, string? version = null, CancellationToken cancellationToken = default)
        => AskAsync(
            (address, token) => _transport.IsModelReadyAsync(address, model, version, token), cancellationToken);

    /// <inheritdoc/>
    public Task LoadModelAsync(string model, CancellationToken cancellationToken = default)
        => _tensors.CallEachAsync(
            RetryScope.Unsent, (address, token) => _transport.LoadModelAsync(address, model, token), cancellationToken);

    /// <inheritdoc/>
    public Task UnloadModelAsync(string model, CancellationToken cancellationToken = default)
        => _tensors.CallEachAsync(
            RetryScope.Unsent, (address, token) => _transport.UnloadModelAsync(address, model, token),
            cancellationToken);

    /// <summary>Posts JSON and reads the JSON of the answer.</summary>
    /// <param name="path">Below a server's address.</param>
    /// <param name="content">Makes the body for each try.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">The caller waits no more.</param>
    /// <exception cref="MaaSClientException">The last try failed.</exception>
    internal Task<T> PostAsync<T>(
        string path, Func<HttpContent> content, Func<JsonElement, T> read, CancellationToken cancellationToken)
        where T : notnull
        => Rest.CallAsync(
            RetryScope.Safe,
            (endpoint, token) => _models.PostAsync(endpoint.Address, path, content(), read, token),
            timeout: null, cancellationToken);

    /// <summary>Posts JSON and reads the answer's events as they come.</summary>
    /// <inheritdoc cref="PostAsync"/>
    internal async IAsyncEnumerable<T> StreamAsync<T>(
        string path, Func<HttpContent> content, Func<JsonElement, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, response) = await Rest.CallAsync(
            RetryScope.Safe,
            async (endpoint, token) => (endpoint, await _models.BeginAsync(
                endpoint.Address, path, content(), token).ConfigureAwait(false)),
            timeout: null, cancellationToken).ConfigureAwait(false);
        var limit = _options.Timeout ?? Timeout.InfiniteTimeSpan;
        await foreach (var piece in EventStream.ReadAsync(from, response, limit, _time, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return ModelCalls.Read(from.Address, path, piece, read);
        }
    }

    /// <summary>Stops the probes and closes connections of the client's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tensors.DisposeAsync().ConfigureAwait(false);
        if (_rest is not null && _rest != _tensors)
        {
            await _rest.DisposeAsync().ConfigureAwait(false);
        }

        (_transport as IDisposable)?.Dispose();
        _owned?.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void ThrowIfFaulty(bool hasAddress)
    {
        List<string> faults = [.. MaaSClientOptionsValidator.Faults(_options)];
        if (!hasAddress && _options.GrpcAddresses.Count == 0)
        {
            faults.Add("Addresses: expected at least one, or an HTTP client with a base address, got none");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(
                nameof(MaaSClient), typeof(MaaSClientOptions), faults.Select(static f => $"MaaSClient: {f}"));
        }
    }

    private Task<T> ReadAsync<T>(Func<Uri, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : notnull
        => _tensors.CallAsync(
            RetryScope.Safe, (endpoint, token) => read(endpoint.Address, token), timeout: null, cancellationToken);

    private Task<bool> AskAsync(Func<Uri, CancellationToken, Task<bool>> ask, CancellationToken cancellationToken)
        => _tensors.AskAsync(ask, _options.Timeout, cancellationToken);

    private async IAsyncEnumerable<GeneratedText> PiecesAsync(
        ResilientCaller rest, GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limit = request.Timeout ?? _options.Timeout;
        var stream = await rest.CallAsync(
            RetryScope.Safe,
            (endpoint, token) => _models.GenerateAsync(endpoint, request, limit, _time, cancellationToken, token),
            limit, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            do
            {
                yield return stream.Current;
            }
            while (await stream.MoveNextAsync().ConfigureAwait(false));
        }
    }
}
