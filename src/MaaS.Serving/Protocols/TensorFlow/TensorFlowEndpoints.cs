using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>TensorFlow Serving's REST interface: predict, classify, regress, status and metadata.</summary>
internal sealed class TensorFlowEndpoints(
    TensorFlowPredict predict, TensorFlowExamples examples, TensorFlowStatus status, ServingEndpoint endpoint)
        : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        const string Model = "/v1/models/{name}";
        foreach (var model in new[] { Model, Model + "/versions/{version}", Model + "/labels/{label}" })
        {
            endpoints.MapPost(model + ":predict", endpoint.Handle(predict.AnswerAsync)).WithScope(ServingScope.Predict);
            endpoints.MapPost(model + ":classify", endpoint.Handle(examples.ClassifyAsync))
                .WithScope(ServingScope.Predict);
            endpoints.MapPost(model + ":regress", endpoint.Handle(examples.RegressAsync))
                .WithScope(ServingScope.Predict);
            endpoints.MapGet(model, endpoint.Handle(status.AnswerAsync)).WithScope(ServingScope.Read)
                .WithModel(ModelMetadata.BeforeAdapter);
            endpoints.MapGet(model + "/metadata", endpoint.Handle(status.MetadataAsync)).WithScope(ServingScope.Read);
        }
    }
}
