using System.Text.Json;

namespace MaaS.Client;

/// <summary>
/// A client of one or several model servers: inference, metadata, health and repository of the Open Inference Protocol
/// over REST or gRPC; labels of texts and images, generated texts and TensorFlow Serving's predict over REST. All
/// members may be used from several threads at once.
/// </summary>
/// <remarks>
/// Every method throws <see cref="MaaSClientException"/> where a server refuses or none answers,
/// <see cref="ArgumentException"/> where a request is faulty in itself, and <see cref="OperationCanceledException"/>
/// where the caller's token fires. What is safe to repeat is tried again: see
/// <see cref="MaaSClientOptions.MaxRetries"/>.
/// </remarks>
public interface IMaaSClient
{
    /// <summary>The servers for tensors, and whether requests go to them now.</summary>
    IReadOnlyList<ServerState> Servers { get; }

    /// <summary>Runs a model on tensors.</summary>
    Task<InferResponse> InferAsync(InferRequest request, CancellationToken cancellationToken = default);

    /// <summary>Labels and probabilities of texts or images.</summary>
    /// <returns>One for each text or image.</returns>
    Task<IReadOnlyList<Classification>> ClassifyAsync(
        ClassifyRequest request, CancellationToken cancellationToken = default);

    /// <summary>Continues a text, piece by piece, each as soon as the server has it.</summary>
    /// <returns>Pieces; the last one has a finish reason. Whoever stops reading stops the server.</returns>
    /// <remarks>A server that fails before the first piece is replaced by another; afterwards the failure is
    /// thrown.</remarks>
    IAsyncEnumerable<GeneratedText> GenerateAsync(
        GenerateRequest request, CancellationToken cancellationToken = default);

    /// <summary>Runs a model on rows as TensorFlow Serving takes them, <c>{"instances": …}</c>.</summary>
    /// <typeparam name="TInstance">A row: an array of numbers, or an object of named inputs.</typeparam>
    /// <typeparam name="TPrediction">What the model gives for a row.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="instances">The rows.</param>
    /// <param name="version">A version; null for the server's choice.</param>
    /// <param name="json">How rows become JSON; null for the defaults of the web, with NaN and Infinity as
    /// texts.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>One prediction for each row.</returns>
    Task<IReadOnlyList<TPrediction>> PredictAsync<TInstance, TPrediction>(
        string model, IReadOnlyList<TInstance> instances, string? version = null, JsonSerializerOptions? json = null,
        CancellationToken cancellationToken = default);

    /// <summary>What a server says of itself.</summary>
    Task<ServerMetadata> GetServerAsync(CancellationToken cancellationToken = default);

    /// <summary>What a model takes and gives.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A version; null for the server's choice.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    Task<ModelMetadata> GetModelAsync(
        string model, string? version = null, CancellationToken cancellationToken = default);

    /// <summary>The models of a server's repository.</summary>
    /// <param name="onlyReady">Whether only those count that can answer.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(
        bool onlyReady = false, CancellationToken cancellationToken = default);

    /// <summary>Whether a server lives; false where none is reached. Each is asked once, the first yes
    /// counts.</summary>
    Task<bool> IsLiveAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether a server can answer for all of its models; false where none is reached. Each is asked
    /// once, the first yes counts.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether a server can answer for a model; false where none has it, or none is reached. Each is asked
    /// once, the first yes counts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A version; null for any.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    Task<bool> IsModelReadyAsync(string model, string? version = null, CancellationToken cancellationToken = default);

    /// <summary>Loads a model of the repository, or what is new of it, on every server in turn, within
    /// <see cref="MaaSClientOptions.TotalTimeout"/> for all.</summary>
    Task LoadModelAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Unloads a model on every server in turn, within <see cref="MaaSClientOptions.TotalTimeout"/>
    /// for all.</summary>
    Task UnloadModelAsync(string model, CancellationToken cancellationToken = default);
}
