using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Client.Resilience;

namespace MaaS.Client.Rest;

/// <summary>What servers have over REST alone: TensorFlow Serving's predict, labels of texts and images,
/// generation.</summary>
internal sealed class ModelCalls(RestSender sender)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>TensorFlow Serving's <c>:predict</c> in rows.</summary>
    public async Task<IReadOnlyList<TPrediction>> PredictAsync<TInstance, TPrediction>(
        Uri address, string model, IReadOnlyList<TInstance> instances, string? version, JsonSerializerOptions? json,
        CancellationToken cancellationToken)
    {
        var part = version is null ? "" : $"/versions/{RestSender.Escape(version)}";
        var path = $"v1/models/{RestSender.Escape(model)}{part}:predict";
        var answer = await sender.ReadAsync<Predictions<TPrediction>>(
            address, HttpMethod.Post, path, JsonContent.Create(new { instances }, options: json ?? Json),
            request: null, json ?? Json, cancellationToken).ConfigureAwait(false);
        return answer.Items
            ?? throw new MaaSClientException(
                ErrorKind.BadAnswer, address, "expected an answer with 'predictions', got none");
    }

    /// <summary>Labels and probabilities of texts or images, by <c>/predict</c>.</summary>
    public async Task<IReadOnlyList<Classification>> ClassifyAsync(
        Uri address, ClassifyRequest request, CancellationToken cancellationToken)
    {
        var part = request.Version is { } version ? $"&version={RestSender.Escape(version)}" : "";
        var path = $"predict?model={RestSender.Escape(request.Model)}{part}";
        var answer = await sender.ReadAsync<Predictions<JsonElement>>(
            address, HttpMethod.Post, path, ClassifyContent.Create(request), request, Json, cancellationToken)
                .ConfigureAwait(false);
        try
        {
            return [.. answer.Items!.Select(Read)];
        }
        catch (Exception e) when (
            e is InvalidOperationException or KeyNotFoundException or ArgumentNullException or FormatException)
        {
            throw new MaaSClientException(
                ErrorKind.BadAnswer, address,
                $"expected labels and probabilities; is '{request.Model}' a package of task 'classification' with "
                    + "labels? Otherwise use InferAsync", e);
        }
    }

    /// <summary>Posts JSON to an address and reads the JSON of the answer.</summary>
    public async Task<T> PostAsync<T>(
        Uri address, string path, HttpContent content, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        using var answer = await sender.ReadAsync<JsonDocument>(
            address, HttpMethod.Post, path, content, request: null, Json, cancellationToken).ConfigureAwait(false);
        return Read(address, path, answer.RootElement.Clone(), read);
    }

    /// <summary>Reads JSON that a server sent, an answer or a piece of one.</summary>
    /// <exception cref="MaaSClientException">It is of another form.</exception>
    public static T Read<T>(Uri address, string path, JsonElement json, Func<JsonElement, T> read)
    {
        try
        {
            return read(json);
        }
        catch (Exception e) when (
            e is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentOutOfRangeException)
        {
            throw RestErrors.Unreadable(address, $"{path}: JSON of OpenAI's form", e);
        }
    }

    /// <summary>Posts JSON to an address and gives the answer once its head is there; the caller disposes it.</summary>
    public Task<HttpResponseMessage> BeginAsync(
        Uri address, string path, HttpContent content, CancellationToken cancellationToken)
        => sender.SendAsync(
            address, HttpMethod.Post, path, content, request: null, HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);

    /// <summary>Begins a stream of text; its first piece is there.</summary>
    /// <param name="endpoint">The server, which counts the stream as a request until it ends.</param>
    /// <param name="request">What to continue.</param>
    /// <param name="limit">Longest time between two pieces; null for no limit.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="caller">The token of who reads the stream.</param>
    /// <param name="cancellationToken">Stops the beginning.</param>
    public async Task<GenerationStream> GenerateAsync(
        Endpoint endpoint, GenerateRequest request, TimeSpan? limit, TimeProvider time, CancellationToken caller,
        CancellationToken cancellationToken)
    {
        var path = $"{RestSender.ModelPath(request.Model, request.Version)}/generate_stream";
        var response = await sender.SendAsync(
            endpoint.Address, HttpMethod.Post, path, JsonContent.Create(Body(request), options: Json), request,
            HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return await GenerationStream.BeginAsync(endpoint, response, limit, time, caller, cancellationToken)
            .ConfigureAwait(false);
    }

    private static object Body(GenerateRequest request) => new
    {
        text_input = request.Prompt,
        id = request.Id,
        parameters = new
        {
            max_tokens = request.MaxTokens,
            temperature = request.Temperature,
            top_k = request.TopK,
            top_p = request.TopP,
            repetition_penalty = request.RepetitionPenalty,
            seed = request.Seed,
            stop_tokens = request.StopTokens,
        },
    };

    private static Classification Read(JsonElement prediction)
    {
        var scores = prediction.GetProperty("probabilities").EnumerateObject()
            .ToDictionary(static p => p.Name, static p => JsonElements.Number(p.Value));
        var label = prediction.GetProperty("label").GetString()!;
        return scores.ContainsKey(label)
            ? new Classification(label, scores) : throw new FormatException($"no probability of '{label}'");
    }

    private sealed record Predictions<T>([property: JsonPropertyName("predictions")] IReadOnlyList<T>? Items);
}
