using Grpc.Core;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;
using VersionStatus = MaaS.Serving.Protocols.TensorFlow.Schema.ModelVersionStatus;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>TensorFlow Serving's gRPC interface for states of models, <c>tensorflow.serving.ModelService</c>.</summary>
[BindServiceMethod(typeof(ModelService), "")] // Where reflection finds the descriptor; methods come from AddMethods.
internal sealed class GrpcModelService(ModelRepository models) : IGrpcService<GrpcModelService>
{
    public static string ServiceName => ModelService.Descriptor.FullName;

    public static void AddMethods(GrpcMethods<GrpcModelService> methods)
    {
        methods.Unary<GetModelStatusRequest, GetModelStatusResponse>(
            ServingScope.Read, "GetModelStatus", static (s, request, call) => s.Status(request, call));
        methods.Unary<ReloadConfigRequest, ReloadConfigResponse>(
            ServingScope.Admin, "HandleReloadConfigRequest", static (_, _, _) => Reload());
    }

    private static ReloadConfigResponse Reload() => throw new RpcException(new Status(
        StatusCode.Unimplemented,
        "expected models of the models folder, which is watched; a configuration of models is not taken"));

    private GetModelStatusResponse Status(GetModelStatusRequest request, GrpcCall call)
    {
        var asked = ModelSpecs.Reference(request.ModelSpec);
        var statuses = new ModelAccess(models, call.Http).Status(asked.Name!, asked.Version)
            .Where(s => asked.Label is null || s.Labels.Contains(asked.Label)).ToArray();
        if (statuses.Length == 0)
        {
            throw RequestException.NotFound(
                $"model '{asked.Name}': expected a label that leads to a version, got '{asked.Label}'");
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
        => Enum.TryParse<Code>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var code)
            ? code : Code.Unknown;
}
