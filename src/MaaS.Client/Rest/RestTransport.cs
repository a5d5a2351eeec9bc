using System.Net.Http.Json;

namespace MaaS.Client.Rest;

/// <summary>The Open Inference Protocol over REST.</summary>
internal sealed class RestTransport(RestSender sender, bool useJson) : ITransport
{
    public async Task<InferResponse> InferAsync(Uri address, InferRequest request, CancellationToken cancellationToken)
    {
        var path = $"{RestSender.ModelPath(request.Model, request.Version)}/infer";
        using var response = await sender.SendAsync(
            address, HttpMethod.Post, path, InferCodec.Encode(request, useJson), request,
            HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        return await InferCodec.DecodeAsync(address, response, cancellationToken).ConfigureAwait(false);
    }

    public Task<ServerMetadata> GetServerAsync(Uri address, CancellationToken cancellationToken)
        => GetAsync<ServerMetadata>(address, "v2", cancellationToken);

    public Task<ModelMetadata> GetModelAsync(
        Uri address, string model, string? version, CancellationToken cancellationToken)
        => GetAsync<ModelMetadata>(address, RestSender.ModelPath(model, version), cancellationToken);

    public async Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(
        Uri address, bool onlyReady, CancellationToken cancellationToken)
        => await sender.ReadAsync<List<ModelIndexEntry>>(
            address, HttpMethod.Post, "v2/repository/index", JsonContent.Create(new { ready = onlyReady }),
            request: null, json: null, cancellationToken).ConfigureAwait(false);

    public Task<bool> IsLiveAsync(Uri address, CancellationToken cancellationToken)
        => IsOkAsync(address, "v2/health/live", cancellationToken);

    public Task<bool> IsReadyAsync(Uri address, CancellationToken cancellationToken)
        => IsOkAsync(address, "v2/health/ready", cancellationToken);

    public Task<bool> IsModelReadyAsync(Uri address, string model, string? version, CancellationToken cancellationToken)
        => IsOkAsync(address, $"{RestSender.ModelPath(model, version)}/ready", cancellationToken);

    public Task LoadModelAsync(Uri address, string model, CancellationToken cancellationToken)
        => ManageAsync(address, model, "load", cancellationToken);

    public Task UnloadModelAsync(Uri address, string model, CancellationToken cancellationToken)
        => ManageAsync(address, model, "unload", cancellationToken);

    private Task<T> GetAsync<T>(Uri address, string path, CancellationToken cancellationToken)
        where T : class
        => sender.ReadAsync<T>(
            address, HttpMethod.Get, path, content: null, request: null, json: null, cancellationToken);

    private async Task ManageAsync(Uri address, string model, string change, CancellationToken cancellationToken)
    {
        // A body of JSON tells the server that no form of another page sent it.
        using var response = await sender.SendAsync(
            address, HttpMethod.Post, $"v2/repository/models/{RestSender.Escape(model)}/{change}",
            JsonContent.Create(new { }),
            request: null, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsOkAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await sender.SendAsync(
                address, HttpMethod.Get, path, content: null, request: null, HttpCompletionOption.ResponseContentRead,
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MaaSClientException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Unavailable or ErrorKind.Refused)
        {
            return false;
        }
    }
}
