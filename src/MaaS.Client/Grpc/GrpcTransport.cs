using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using MaaS.Client.Rest;
using MaaS.Serving.Grpc.Schema;
using Microsoft.Extensions.Logging;
using Service = MaaS.Serving.Grpc.Schema.GRPCInferenceService.GRPCInferenceServiceClient;

namespace MaaS.Client.Grpc;

/// <summary>The Open Inference Protocol over gRPC, a channel for each server.</summary>
internal sealed class GrpcTransport(
    HttpClient http, Credentials credentials, TimeProvider time, ILoggerFactory logging)
    : ITransport, IDisposable
{
    private readonly ConcurrentDictionary<Uri, (GrpcChannel Channel, Service Service)> _channels = new();

    public Task<InferResponse> InferAsync(Uri address, InferRequest request, CancellationToken cancellationToken)
        => CallAsync(
            address, request, (service, options) => service.ModelInferAsync(GrpcTensors.Encode(request), options),
            GrpcTensors.Decode, cancellationToken);

    public Task<ServerMetadata> GetServerAsync(Uri address, CancellationToken cancellationToken)
        => CallAsync(
            address, request: null,
            static (service, options) => service.ServerMetadataAsync(new ServerMetadataRequest(), options),
            static m => new ServerMetadata(m.Name, m.Version, [.. m.Extensions]), cancellationToken);

    public Task<ModelMetadata> GetModelAsync(
        Uri address, string model, string? version, CancellationToken cancellationToken)
        => CallAsync(
            address, request: null,
            (service, options) => service.ModelMetadataAsync(
                new ModelMetadataRequest { Name = model, Version = version ?? "" }, options),
            static m => new ModelMetadata(
                m.Name, [.. m.Versions], m.Platform, [.. m.Inputs.Select(Of)], [.. m.Outputs.Select(Of)]),
                cancellationToken);

    public Task<IReadOnlyList<ModelIndexEntry>> GetIndexAsync(
        Uri address, bool onlyReady, CancellationToken cancellationToken)
        => CallAsync<RepositoryIndexResponse, IReadOnlyList<ModelIndexEntry>>(
            address, request: null,
            (service, options)
                => service.RepositoryIndexAsync(new RepositoryIndexRequest { Ready = onlyReady }, options),
            static m => [
                .. m.Models.Select(
                    static e => new ModelIndexEntry(e.Name, TextOrNull(e.Version), TextOrNull(e.State), e.Reason))],
                    cancellationToken);

    public Task<bool> IsLiveAsync(Uri address, CancellationToken cancellationToken)
        => AskAsync(
            address, static (service, options) => service.ServerLiveAsync(new ServerLiveRequest(), options),
            static m => m.Live, cancellationToken);

    public Task<bool> IsReadyAsync(Uri address, CancellationToken cancellationToken)
        => AskAsync(
            address, static (service, options) => service.ServerReadyAsync(new ServerReadyRequest(), options),
            static m => m.Ready, cancellationToken);

    public Task<bool> IsModelReadyAsync(Uri address, string model, string? version, CancellationToken cancellationToken)
        => AskAsync(
            address,
            (service, options)
                => service.ModelReadyAsync(new ModelReadyRequest { Name = model, Version = version ?? "" }, options),
            static m => m.Ready, cancellationToken);

    public Task LoadModelAsync(Uri address, string model, CancellationToken cancellationToken)
        => CallAsync(
            address, request: null,
            (service, options)
                => service.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = model }, options),
            static _ => true, cancellationToken);

    public Task UnloadModelAsync(Uri address, string model, CancellationToken cancellationToken)
        => CallAsync(
            address, request: null,
            (service, options)
                => service.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { ModelName = model }, options),
            static _ => true, cancellationToken);

    public void Dispose()
    {
        foreach (var (channel, _) in _channels.Values)
        {
            channel.Dispose();
        }
    }

    private static TensorMetadata Of(ModelMetadataResponse.Types.TensorMetadata m)
        => new(m.Name, m.Datatype, [.. m.Shape]);

    private static string? TextOrNull(string text) => text.Length > 0 ? text : null;

    private async Task<bool> AskAsync<TMessage>(
        Uri address, Func<Service, CallOptions, AsyncUnaryCall<TMessage>> start, Func<TMessage, bool> read,
        CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(address, request: null, start, read, cancellationToken).ConfigureAwait(false);
        }
        catch (MaaSClientException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Unavailable or ErrorKind.Refused)
        {
            return false;
        }
    }

    private async Task<T> CallAsync<TMessage, T>(
        Uri address, ModelRequest? request,
        Func<Service, CallOptions, AsyncUnaryCall<TMessage>> start, Func<TMessage, T> read,
        CancellationToken cancellationToken)
    {
        var metadata = new Metadata();
        foreach (var (name, value) in await credentials.HeadersAsync(request, cancellationToken).ConfigureAwait(false))
        {
            metadata.Add(name, value);
        }

        using var call = start(ServiceOf(address), new CallOptions(metadata, cancellationToken: cancellationToken));
        try
        {
            return read(await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw GrpcErrors.Of(address, e, HeadersOf(call), http.Timeout, time);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException(e.Status.Detail, e, cancellationToken);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw RestErrors.Unreadable(address, "a message of the Open Inference Protocol", e);
        }
    }

    /// <summary>The headers of an answer; none where no answer came.</summary>
    private static Metadata HeadersOf<TMessage>(AsyncUnaryCall<TMessage> call)
        => call.ResponseHeadersAsync is { IsCompletedSuccessfully: true } headers ? headers.Result : Metadata.Empty;

    private Service ServiceOf(Uri address) => _channels.GetOrAdd(
        address,
        static (address, state) =>
        {
            var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
            {
                HttpClient = state.Http,
                LoggerFactory = state.Logging,

                // The server says what is too large; tries are counted in one place.
                MaxReceiveMessageSize = null,
                MaxSendMessageSize = null,
                MaxRetryAttempts = 1,
            });
            return (channel, new Service(channel));
        },
        (Http: http, Logging: logging)).Service;
}
