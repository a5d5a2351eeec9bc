using MaaS.Serving.Http;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>
/// The Open Inference Protocol (KServe V2) over REST, with the extensions for binary tensors, classification, model
/// repository, configuration, statistics and schedule policy.
/// </summary>
internal sealed class OpenInferenceProtocol(
    OpenInferenceMetadata metadata, OpenInferenceInfer infer, StatisticsAnswer statistics, ServingEndpoint endpoint) : IProtocol
{
    public string Name => "open-inference";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v2", endpoint.Handle(OpenInferenceMetadata.ServerAsync));
        endpoints.MapGet("/v2/health/live", endpoint.Handle(OpenInferenceMetadata.ServerLiveAsync));
        endpoints.MapGet("/v2/health/ready", endpoint.Handle(metadata.ServerReadyAsync));
        endpoints.MapGet("/v2/models/stats", endpoint.Handle(statistics.WriteAsync));
        foreach (var model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            endpoints.MapGet(model, endpoint.Handle(metadata.ModelAsync));
            endpoints.MapGet(model + "/ready", endpoint.Handle(metadata.ModelReadyAsync));
            endpoints.MapGet(model + "/config", endpoint.Handle(metadata.ConfigAsync));
            endpoints.MapGet(model + "/stats", endpoint.Handle(statistics.WriteAsync));
            endpoints.MapPost(model + "/infer", endpoint.Handle(infer.AnswerAsync));
        }
    }
}
