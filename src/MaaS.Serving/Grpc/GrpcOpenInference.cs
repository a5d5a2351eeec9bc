using System.Globalization;
using Grpc.Core;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using MaaS.Serving.Protocols.SharedMemory;
using MaaS.Serving.Security;

namespace MaaS.Serving.Grpc;

/// <summary>The Open Inference Protocol over gRPC, with Triton's extensions.</summary>
// Where reflection finds the descriptor; methods come from AddMethods.
[BindServiceMethod(typeof(GRPCInferenceService), "")]
internal sealed class GrpcOpenInference(
    ModelRepository models,
    InputEncoders encoders,
    GrpcInference inference,
    GrpcInferStream stream,
    ServingStatistics statistics,
    SharedRegions regions) : IGrpcService<GrpcOpenInference>
{
    public static string ServiceName => GRPCInferenceService.Descriptor.FullName;

    public static void AddMethods(GrpcMethods<GrpcOpenInference> methods)
    {
        methods.Unary<ServerLiveRequest, ServerLiveResponse>(
            ServingScope.None, "ServerLive", static (_, _, _) => new ServerLiveResponse { Live = true });
        methods.Unary<ServerReadyRequest, ServerReadyResponse>(
            ServingScope.None, "ServerReady", static (s, _, _) => s.ServerReady());
        methods.Unary<ServerMetadataRequest, ServerMetadataResponse>(
            ServingScope.Read, "ServerMetadata", static (_, _, _) => ServerMetadata());
        methods.Unary<ModelReadyRequest, ModelReadyResponse>(
            ServingScope.Read, "ModelReady", static (s, r, call) => s.ModelReady(r, call));
        methods.Unary<ModelMetadataRequest, ModelMetadataResponse>(
            ServingScope.Read, "ModelMetadata", static (s, r, call) => s.ModelMetadataAsync(r, call));
        methods.Unary<ModelConfigRequest, ModelConfigResponse>(
            ServingScope.Read, "ModelConfig", static (s, r, call) => s.ModelConfigAsync(r, call));
        methods.Unary<ModelStatisticsRequest, ModelStatisticsResponse>(
            ServingScope.Read, "ModelStatistics", static (s, r, call) => s.Statistics(r, call));
        methods.Unary<RepositoryIndexRequest, RepositoryIndexResponse>(
            ServingScope.Read, "RepositoryIndex", static (s, r, call) => s.Index(r, call));
        methods.Unary<RepositoryModelLoadRequest, RepositoryModelLoadResponse>(
            ServingScope.Admin, "RepositoryModelLoad", static (s, r, call) => s.LoadAsync(r, call));
        methods.Unary<RepositoryModelUnloadRequest, RepositoryModelUnloadResponse>(
            ServingScope.Admin, "RepositoryModelUnload", static (s, r, call) => s.UnloadAsync(r, call));
        methods.Unary<ModelInferRequest, ModelInferResponse>(
            ServingScope.Predict, "ModelInfer", static (s, r, call) => s.InferAsync(r, call));
        methods.DuplexStreaming<ModelInferRequest, ModelStreamInferResponse>(
            ServingScope.Predict, "ModelStreamInfer",
            static (s, requests, responses, call) => s.StreamAsync(requests, responses, call));
        GrpcSharedMemory.AddMethods(methods, static s => s.Regions);
        GrpcSettings.AddMethods(methods, static (s, model, call) => s.Visible(call).Status(model));
    }

    private SharedRegions Regions => regions;

    private ServerReadyResponse ServerReady() => new() { Ready = models.IsReady };

    private static ServerMetadataResponse ServerMetadata() => new()
    {
        Name = ServerDescription.Name,
        Version = ServerDescription.Version,
        Extensions = { ServerDescription.Extensions },
    };

    /// <summary>A model that is not there is not ready, which is no error: clients ask before they load it.</summary>
    private ModelReadyResponse ModelReady(ModelReadyRequest request, GrpcCall call)
    {
        var asked = GrpcInference.Reference(request.Name, request.Version);
        return new ModelReadyResponse
        {
            Ready = Visible(call).FindStatus(asked.Name!, asked.Version).Any(s => s.IsServable),
        };
    }

    private async ValueTask<ModelInferResponse> InferAsync(ModelInferRequest request, GrpcCall call)
    {
        var answer = await inference.RunAsync(request, call.Client, call.CancellationToken).ConfigureAwait(false);
        call.Http.Response.RegisterForDispose(answer);
        return answer.Message;
    }

    private Task StreamAsync(
        IAsyncStreamReader<ModelInferRequest> requests, IServerStreamWriter<ModelStreamInferResponse> responses,
        GrpcCall call)
        => stream.RunAsync(requests, responses, call);

    private async ValueTask<ModelMetadataResponse> ModelMetadataAsync(ModelMetadataRequest request, GrpcCall call)
    {
        using var lease = await models.AcquireAsync(
            GrpcInference.Reference(request.Name, request.Version), call.Client, call.CancellationToken)
                .ConfigureAwait(false);
        var model = lease.Model;
        return new ModelMetadataResponse
        {
            Name = model.Name,
            Platform = ServerDescription.Platform,
            Versions =
                { Visible(call).Status(model.Name).Where(s => s.IsServable)
                .Select(s => s.Version.ToString(CultureInfo.InvariantCulture)) },
            Inputs = { encoders.InputsOf(model).Select(Metadata) },
            Outputs = { model.Outputs.Select(Metadata) },
        };
    }

    private static ModelMetadataResponse.Types.TensorMetadata Metadata(TensorSpec spec)
        => new() { Name = spec.Name, Datatype = spec.Type.ProtocolName(), Shape = { spec.Shape } };

    private async ValueTask<ModelConfigResponse> ModelConfigAsync(ModelConfigRequest request, GrpcCall call)
    {
        using var lease = await models.AcquireAsync(
            GrpcInference.Reference(request.Name, request.Version), call.Client, call.CancellationToken)
                .ConfigureAwait(false);
        return new ModelConfigResponse { Config = GrpcModelConfig.Of(lease.Model, encoders.InputsOf(lease.Model)) };
    }

    private RepositoryIndexResponse Index(RepositoryIndexRequest request, GrpcCall call) => new()
    {
        Models =
        {
            Visible(call).Index().Where(s => !request.Ready || s.IsServable)
                .Select(s => new RepositoryIndexResponse.Types.ModelIndex
            {
                Name = s.Name,
                Version = s.Version.ToString(CultureInfo.InvariantCulture),
                State = RepositoryStates.Name(s.State),
                Reason = s.ErrorMessage,
            }),
        },
    };

    private async ValueTask<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest request, GrpcCall call)
    {
        foreach (var parameter in request.Parameters.Keys)
        {
            RepositoryEndpoints.ThrowIfUnsupported(parameter);
        }

        await Visible(call).LoadAsync(request.ModelName, call.CancellationToken).ConfigureAwait(false);
        return new RepositoryModelLoadResponse();
    }

    private async ValueTask<RepositoryModelUnloadResponse> UnloadAsync(
        RepositoryModelUnloadRequest request, GrpcCall call)
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
    {
        var asked = GrpcInference.Reference(name, version);
        return Visible(call).Status(asked.Name!, asked.Version);
    }

    private ModelAccess Visible(GrpcCall call) => new(models, call.Http);
}
