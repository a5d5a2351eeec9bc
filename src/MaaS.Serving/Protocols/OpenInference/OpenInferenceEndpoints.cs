using MaaS.Serving.Endpoints;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>
/// The Open Inference Protocol (KServe V2) over REST, with the extensions for binary tensors, classification, model
/// repository, configuration, statistics and schedule policy.
/// </summary>
internal sealed class OpenInferenceEndpoints(
    OpenInferenceMetadata metadata, OpenInferenceInfer infer, StatisticsAnswer statistics, ServingEndpoint endpoint)
        : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v2", endpoint.Handle(OpenInferenceMetadata.ServerAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/v2/health/live", endpoint.Handle(OpenInferenceMetadata.ServerLiveAsync)).WithScope(
            ServingScope.None);
        endpoints.MapGet("/v2/health/ready", endpoint.Handle(metadata.ServerReadyAsync)).WithScope(ServingScope.None);
        endpoints.MapGet("/v2/models/stats", endpoint.Handle(statistics.WriteAsync)).WithScope(ServingScope.Read);
        foreach (var model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            endpoints.MapGet(model, endpoint.Handle(metadata.ModelAsync)).WithScope(ServingScope.Read);
            endpoints.MapGet(model + "/ready", endpoint.Handle(metadata.ModelReadyAsync)).WithScope(ServingScope.Read);
            endpoints.MapGet(model + "/config", endpoint.Handle(metadata.ConfigAsync)).WithScope(ServingScope.Read);
            endpoints.MapGet(model + "/stats", endpoint.Handle(statistics.WriteAsync)).WithScope(ServingScope.Read);
            endpoints.MapPost(model + "/infer", endpoint.Handle(infer.AnswerAsync)).WithScope(ServingScope.Predict);
        }
    }
}
