namespace MaaS.Client;

/// <summary>What the Open Inference Protocol has over REST and gRPC alike, one try on one server.</summary>
/// <remarks>
/// Every method fails with <see cref="MaaSClientException"/>, or with <see cref="OperationCanceledException"/> when its
/// token fires. Questions whether something is ready are false where the server says so or knows of no such model.
/// </remarks>
internal interface ITransport
{
    Task<InferResponse> InferAsync(Uri address, InferRequest request, CancellationToken cancellationToken);

    Task<ServerMetadata> GetServerAsync(Uri address, CancellationToken cancellationToken);

    Task<ModelMetadata> GetModelAsync(Uri address, string model, string? version, CancellationToken cancellationToken);

    Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(
        Uri address, bool onlyReady, CancellationToken cancellationToken);

    Task<bool> IsLiveAsync(Uri address, CancellationToken cancellationToken);

    Task<bool> IsReadyAsync(Uri address, CancellationToken cancellationToken);

    Task<bool> IsModelReadyAsync(Uri address, string model, string? version, CancellationToken cancellationToken);

    Task LoadModelAsync(Uri address, string model, CancellationToken cancellationToken);

    Task UnloadModelAsync(Uri address, string model, CancellationToken cancellationToken);
}
