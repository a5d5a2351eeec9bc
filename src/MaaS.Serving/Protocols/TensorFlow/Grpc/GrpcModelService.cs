using Google.Protobuf;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using VersionStatus = MaaS.Serving.Protocols.TensorFlow.Schema.ModelVersionStatus;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>TensorFlow Serving's gRPC interface for states of models, <c>tensorflow.serving.ModelService</c>.</summary>
internal sealed class GrpcModelService(ModelRepository models, GrpcEndpoint grpc) : IEndpoints
{
    private const string Service = "/tensorflow.serving.ModelService/";


    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Service + "GetModelStatus", grpc.Unary(GetModelStatusRequest.Parser, (request, call)
            => ValueTask.FromResult<IMessage>(Status(request, call)))).WithScope(ServingScope.Read).WithModel(ModelMetadata.InMessage);
        endpoints.MapPost(Service + "HandleReloadConfigRequest", grpc.Handle(static _ => throw new GrpcException(
            GrpcStatusCode.Unimplemented, "expected models of the models folder, which is watched; a configuration of models is not taken")))
            .WithScope(ServingScope.Admin);
    }

    private GetModelStatusResponse Status(GetModelStatusRequest request, GrpcCall call)
    {
        var asked = ModelSpecs.Reference(request.ModelSpec);
        var statuses = new ModelAccess(models, call.Http).Status(asked.Name!, asked.Version).Where(s => asked.Label is null || s.Labels.Contains(asked.Label)).ToArray();
        if (statuses.Length == 0)
        {
            throw RequestException.NotFound($"model '{asked.Name}': expected a label that leads to a version, got '{asked.Label}'");
        }

        return new GetModelStatusResponse
        {
            ModelVersionStatus =
            {
                statuses.OrderByDescending(s => s.Version).Select(s => new VersionStatus
                {
                    Version = s.Version,
                    State = StateOf(s.State),
                    Status = new StatusProto { ErrorCode = CodeOf(s.ErrorCode), ErrorMessage = s.ErrorMessage },
                }),
            },
        };
    }

    private static VersionStatus.Types.State StateOf(ModelState state) => state switch
    {
        ModelState.Start => VersionStatus.Types.State.Start,
        ModelState.Loading => VersionStatus.Types.State.Loading,
        ModelState.Available => VersionStatus.Types.State.Available,
        ModelState.Unloading => VersionStatus.Types.State.Unloading,
        _ => VersionStatus.Types.State.End,
    };

    /// <summary>The code whose name a status has.</summary>
    private static Code CodeOf(string name)
        => Enum.TryParse<Code>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var code) ? code : Code.Unknown;
}
