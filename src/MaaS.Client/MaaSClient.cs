using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Client;

/// <summary>
/// A client of one model server: inference over the Open Inference Protocol (with binary tensors unless told otherwise),
/// TensorFlow Serving's predict, metadata, health and the model repository. All members may be used from several threads at
/// once.
/// </summary>
/// <remarks>
/// A request that fails without harm is tried again: see <see cref="MaaSClientOptions.MaxRetries"/>. Every method throws
/// <see cref="MaaSClientException"/> where the server refuses, <see cref="HttpRequestException"/> where it is not reached,
/// <see cref="TimeoutException"/> where a try takes too long, and <see cref="OperationCanceledException"/> where the caller's
/// token fires.
/// </remarks>
public sealed class MaaSClient
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http;
    private readonly MaaSClientOptions _options;
    private readonly RetryingSender _sender;

    /// <summary>A client over an HTTP client, whose owner is the caller: one from IHttpClientFactory will do.</summary>
    /// <param name="http">Sends the requests; its own <see cref="HttpClient.Timeout"/> holds for each try besides <see cref="MaaSClientOptions.Timeout"/>.</param>
    /// <param name="options">Null for the defaults; then the HTTP client has a base address.</param>
    /// <param name="time">Measures waits; null for the system's clock.</param>
    /// <exception cref="ArgumentException">An option is out of range, or no base address is known.</exception>
    public MaaSClient(HttpClient http, MaaSClientOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
        _options = options ?? new MaaSClientOptions();
        _options.ThrowIfFaulty();
        if ((_options.BaseAddress ?? http.BaseAddress) is null)
        {
            throw new ArgumentException("MaaSClient: expected a base address in the options or the HTTP client, got none.", nameof(options));
        }

        _sender = new RetryingSender(http, _options, time ?? TimeProvider.System);
    }

    /// <summary>Runs a model.</summary>
    public async Task<InferResponse> InferAsync(InferRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = $"{ModelPath(request.Model, request.Version)}/infer";
        using var response = await SendAsync(
            () => NewRequest(HttpMethod.Post, path, InferCodec.Encode(request, _options.UseJson)), RetryScope.Safe, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        return await InferCodec.DecodeAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a model on rows as TensorFlow Serving takes them, <c>{"instances": …}</c>.</summary>
    /// <typeparam name="TInstance">A row: an array of numbers, or an object of named inputs.</typeparam>
    /// <typeparam name="TPrediction">What the model gives for a row.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="instances">The rows.</param>
    /// <param name="version">A version; null for the server's choice.</param>
    /// <param name="json">How rows become JSON; null for the defaults of the web.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>One prediction for each row.</returns>
    public async Task<IReadOnlyList<TPrediction>> PredictAsync<TInstance, TPrediction>(
        string model, IReadOnlyList<TInstance> instances, string? version = null, JsonSerializerOptions? json = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instances);
        var path = $"v1/models/{Escape(model)}{(version is null ? "" : $"/versions/{Escape(version)}")}:predict";
        using var response = await SendAsync(
            () => NewRequest(HttpMethod.Post, path, JsonContent.Create(new { instances }, options: json ?? Json)), RetryScope.Safe, cancellationToken).ConfigureAwait(false);
        var answer = await ReadAsync<Predictions<TPrediction>>(response, json, cancellationToken).ConfigureAwait(false);
        return answer.Items ?? throw new MaaSClientException("predict: expected an answer with 'predictions', got none.");
    }

    /// <summary>What the server says of itself.</summary>
    public Task<ServerMetadata> GetServerAsync(CancellationToken cancellationToken = default) => GetAsync<ServerMetadata>("v2", cancellationToken);

    /// <summary>What a model takes and gives.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A version; null for the server's choice.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<ModelMetadata> GetModelAsync(string model, string? version = null, CancellationToken cancellationToken = default)
        => GetAsync<ModelMetadata>(ModelPath(model, version), cancellationToken);

    /// <summary>Whether the server lives; false where it is not reached. It is asked once.</summary>
    public Task<bool> IsLiveAsync(CancellationToken cancellationToken = default) => IsOkAsync("v2/health/live", cancellationToken);

    /// <summary>Whether the server can answer for all of its models; false where it is not reached. It is asked once.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellationToken = default) => IsOkAsync("v2/health/ready", cancellationToken);

    /// <summary>Whether a model can answer; false where there is none, or the server is not reached. It is asked once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A version; null for any.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<bool> IsModelReadyAsync(string model, string? version = null, CancellationToken cancellationToken = default)
        => IsOkAsync($"{ModelPath(model, version)}/ready", cancellationToken);

    /// <summary>The models of the server's repository.</summary>
    /// <param name="onlyReady">Whether only those count that can answer.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(bool onlyReady = false, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(
            () => NewRequest(HttpMethod.Post, "v2/repository/index", JsonContent.Create(new { ready = onlyReady })), RetryScope.Safe, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<List<ModelIndexEntry>>(response, json: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads a model of the server's repository, or what is new of it.</summary>
    public Task LoadModelAsync(string model, CancellationToken cancellationToken = default)
        => ManageAsync($"v2/repository/models/{Escape(model)}/load", cancellationToken);

    /// <summary>Unloads a model.</summary>
    public Task UnloadModelAsync(string model, CancellationToken cancellationToken = default)
        => ManageAsync($"v2/repository/models/{Escape(model)}/unload", cancellationToken);

    private static string ModelPath(string model, string? version)
        => version is null ? $"v2/models/{Escape(model)}" : $"v2/models/{Escape(model)}/versions/{Escape(version)}";

    private static string Escape(string part)
    {
        ArgumentException.ThrowIfNullOrEmpty(part);
        return Uri.EscapeDataString(part);
    }

    private async Task ManageAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => NewRequest(HttpMethod.Post, path, JsonContent.Create(new { })), RetryScope.Unsent, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(() => NewRequest(HttpMethod.Get, path, content: null), RetryScope.Safe, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, json: null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsOkAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(() => NewRequest(HttpMethod.Get, path, content: null), RetryScope.Never, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            return false;
        }
    }

    private Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> newRequest, RetryScope scope, CancellationToken cancellationToken)
        => _sender.SendAsync(newRequest, scope, cancellationToken);

    private HttpRequestMessage NewRequest(HttpMethod method, string path, HttpContent? content)
    {
        var address = _options.BaseAddress ?? _http.BaseAddress!;
        var root = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        var request = new HttpRequestMessage(method, new Uri(root, path)) { Content = content };
        if (_options.ApiKey is { } key)
        {
            request.Headers.TryAddWithoutValidation(_options.ApiKeyHeader, key);
        }

        if (_options.BearerToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonSerializerOptions? json, CancellationToken cancellationToken)
        where T : class
    {
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(json ?? Json, cancellationToken).ConfigureAwait(false)
                ?? throw new MaaSClientException($"{response.RequestMessage?.RequestUri}: expected a JSON value, got null.");
        }
        catch (JsonException e)
        {
            throw new MaaSClientException($"{response.RequestMessage?.RequestUri}: expected an answer of another form: {e.Message}", e);
        }
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        throw new MaaSClientException(
            response.StatusCode, $"{response.RequestMessage?.RequestUri?.PathAndQuery}: {(int)response.StatusCode}: {ErrorOf(text) ?? response.ReasonPhrase}");
    }

    /// <summary>The text of <c>{"error": text}</c>; null where an answer has another form.</summary>
    private static string? ErrorOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) ? error.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Predictions<T>([property: JsonPropertyName("predictions")] IReadOnlyList<T>? Items);
}
