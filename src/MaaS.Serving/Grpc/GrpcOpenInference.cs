using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Grpc;

/// <summary>The Open Inference Protocol over gRPC, <c>inference.GRPCInferenceService</c>.</summary>
internal sealed class GrpcOpenInference(
    ModelRepository models, InputEncoders encoders, GrpcInference inference, GrpcEndpoint grpc, ServingStatistics statistics) : IEndpoints
{
    private const string Service = "/inference.GRPCInferenceService/";

    // Requests of a stream that run at the same time: enough to fill a batch, few enough to bound what a client can hold.
    private const int StreamWidth = 64;


    public void Map(IEndpointRouteBuilder endpoints)
    {
        void Unary<TRequest>(ServingScope scope, string method, MessageParser<TRequest> parser, Func<TRequest, GrpcCall, ValueTask<IMessage>> run)
            where TRequest : class, IMessage<TRequest>
            => endpoints.MapPost(Service + method, grpc.Unary(parser, run)).WithScope(scope).WithModel(ModelMetadata.InMessage);

        Unary(ServingScope.None, "ServerLive", ServerLiveRequest.Parser, static (_, _) => Of(new ServerLiveResponse { Live = true }));
        Unary(ServingScope.None, "ServerReady", ServerReadyRequest.Parser, (_, _) => Of(new ServerReadyResponse { Ready = models.IsReady }));
        Unary(ServingScope.Read, "ServerMetadata", ServerMetadataRequest.Parser, static (_, _) => Of(ServerMetadata()));
        Unary(ServingScope.Read, "ModelReady", ModelReadyRequest.Parser, (r, call) => Of(new ModelReadyResponse { Ready = Statuses(call, r.Name, r.Version).Any(s => s.IsServable) }));
        Unary(ServingScope.Read, "ModelMetadata", ModelMetadataRequest.Parser, ModelMetadataAsync);
        Unary(ServingScope.Read, "ModelConfig", ModelConfigRequest.Parser, ModelConfigAsync);
        Unary(ServingScope.Read, "ModelStatistics", ModelStatisticsRequest.Parser, (r, call) => Of(Statistics(r, call)));
        Unary(ServingScope.Read, "RepositoryIndex", RepositoryIndexRequest.Parser, (r, call) => Of(Index(r, call)));
        Unary(ServingScope.Admin, "RepositoryModelLoad", RepositoryModelLoadRequest.Parser, LoadAsync);
        Unary(ServingScope.Admin, "RepositoryModelUnload", RepositoryModelUnloadRequest.Parser, UnloadAsync);
        endpoints.MapPost(Service + "ModelInfer", grpc.Handle(InferAsync)).WithScope(ServingScope.Predict).WithModel(ModelMetadata.InMessage);
        endpoints.MapPost(Service + "ModelStreamInfer", grpc.Handle(StreamAsync)).WithScope(ServingScope.Predict).WithModel(ModelMetadata.InMessage);
        endpoints.MapPost(Service + "{method}", grpc.Handle(static call => throw new GrpcException(
            GrpcStatusCode.Unimplemented, $"expected a method of inference.GRPCInferenceService, got '{call.Http.Route("method")}'"))).WithScope(ServingScope.Read);
    }

    private static ValueTask<IMessage> Of(IMessage message) => ValueTask.FromResult(message);

    private async Task InferAsync(GrpcCall call)
    {
        var request = await call.ReadOnlyMessageAsync(ModelInferRequest.Parser).ConfigureAwait(false);
        using var answer = await inference.RunAsync(request, call.Client, call.CancellationToken).ConfigureAwait(false);
        await call.WriteAsync(answer.Message).ConfigureAwait(false);
    }

    /// <summary>Requests run side by side, so that they can share batches; answers come in the order of the requests.</summary>
    private async Task StreamAsync(GrpcCall call)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        var running = Channel.CreateBounded<Task<StreamAnswer>>(StreamWidth);
        var reading = ReadAsync();
        try
        {
            await foreach (var next in running.Reader.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
            {
                using var answer = await next.ConfigureAwait(false);
                await call.WriteAsync(answer.Message).ConfigureAwait(false);
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            // The stream broke: nobody will read what still runs.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (running.Reader.TryRead(out var left))
            {
                using var answer = await left.ConfigureAwait(false);
            }
        }

        async Task ReadAsync()
        {
            try
            {
                while (await call.ReadAsync(ModelInferRequest.Parser).ConfigureAwait(false) is { } request)
                {
                    await running.Writer.WriteAsync(RunInStreamAsync(request, call, stop.Token), stop.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                running.Writer.Complete();
            }
        }
    }

    /// <summary>A request that fails leaves the stream open for the others.</summary>
    private async Task<StreamAnswer> RunInStreamAsync(ModelInferRequest request, GrpcCall call, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await inference.RunAsync(request, call.Client.Again(), cancellationToken).ConfigureAwait(false);
            return new StreamAnswer(new ModelStreamInferResponse { InferResponse = answer.Message }, answer);
        }
        catch (Exception e)
        {
            var message = cancellationToken.IsCancellationRequested ? "the stream has ended" : grpc.MessageOf(e, call.Http);
            return new StreamAnswer(
                new ModelStreamInferResponse { ErrorMessage = message, InferResponse = new ModelInferResponse { ModelName = request.ModelName, Id = request.Id } },
                null);
        }
    }

    private static ServerMetadataResponse ServerMetadata() => new()
    {
        Name = ServerDescription.Name,
        Version = ServerDescription.Version,
        Extensions = { ServerDescription.Extensions },
    };

    private async ValueTask<IMessage> ModelMetadataAsync(ModelMetadataRequest request, GrpcCall call)
    {
        using var lease = await models.AcquireAsync(
            GrpcInference.Reference(request.Name, request.Version), call.Client, call.CancellationToken).ConfigureAwait(false);
        var model = lease.Model;
        return new ModelMetadataResponse
        {
            Name = model.Name,
            Platform = ServerDescription.Platform,
            Versions = { Visible(call).Status(model.Name).Where(s => s.IsServable).Select(s => s.Version.ToString(CultureInfo.InvariantCulture)) },
            Inputs = { encoders.InputsOf(model).Select(Metadata) },
            Outputs = { model.Outputs.Select(Metadata) },
        };
    }

    private static ModelMetadataResponse.Types.TensorMetadata Metadata(TensorSpec spec)
        => new() { Name = spec.Name, Datatype = spec.Type.ProtocolName(), Shape = { spec.Shape } };

    private async ValueTask<IMessage> ModelConfigAsync(ModelConfigRequest request, GrpcCall call)
    {
        using var lease = await models.AcquireAsync(
            GrpcInference.Reference(request.Name, request.Version), call.Client, call.CancellationToken).ConfigureAwait(false);
        return new ModelConfigResponse { Config = GrpcModelConfig.Of(lease.Model, encoders.InputsOf(lease.Model)) };
    }

    private RepositoryIndexResponse Index(RepositoryIndexRequest request, GrpcCall call) => new()
    {
        Models =
        {
            Visible(call).Index().Where(s => !request.Ready || s.IsServable).Select(s => new RepositoryIndexResponse.Types.ModelIndex
            {
                Name = s.Name,
                Version = s.Version.ToString(CultureInfo.InvariantCulture),
                State = RepositoryStates.Name(s.State),
                Reason = s.ErrorMessage,
            }),
        },
    };

    private async ValueTask<IMessage> LoadAsync(RepositoryModelLoadRequest request, GrpcCall call)
    {
        foreach (var parameter in request.Parameters.Keys)
        {
            RepositoryEndpoints.ThrowIfUnsupported(parameter);
        }

        await Visible(call).LoadAsync(request.ModelName, call.CancellationToken).ConfigureAwait(false);
        return new RepositoryModelLoadResponse();
    }

    private async ValueTask<IMessage> UnloadAsync(RepositoryModelUnloadRequest request, GrpcCall call)
    {
        await Visible(call).UnloadAsync(request.ModelName, version: null, call.CancellationToken).ConfigureAwait(false);
        return new RepositoryModelUnloadResponse();
    }

    private ModelStatisticsResponse Statistics(ModelStatisticsRequest request, GrpcCall call) => new()
    {
        ModelStats =
        {
            (request.Name.Length > 0 ? Statuses(call, request.Name, request.Version) : Visible(call).Index())
                .Select(s => GrpcModelStatistics.Of(statistics.Of(s.Name, s.Version).Read())),
        },
    };

    private IReadOnlyList<ModelVersionStatus> Statuses(GrpcCall call, string name, string version)
        => GrpcInference.Reference(name, version) is var asked ? Visible(call).Status(asked.Name!, asked.Version) : [];

    private ModelAccess Visible(GrpcCall call) => new(models, call.Http);

    /// <summary>An answer in a stream and what must live until it is sent.</summary>
    private sealed class StreamAnswer(ModelStreamInferResponse message, IDisposable? owner) : IDisposable
    {
        public ModelStreamInferResponse Message { get; } = message;

        public void Dispose() => owner?.Dispose();
    }
}
