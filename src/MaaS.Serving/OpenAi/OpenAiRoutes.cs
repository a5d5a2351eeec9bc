using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi;

/// <summary>What OpenAI's routes have in common: the body names the model, and errors have OpenAI's form.</summary>
internal static class OpenAiRoutes
{
    /// <summary>Maps a route.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="path">Its address.</param>
    /// <param name="endpoint">What stands around it.</param>
    /// <param name="answer">Answers a request.</param>
    public static void MapOpenAi(
        this IEndpointRouteBuilder endpoints, string path, ServingEndpoint endpoint, Func<HttpContext, Task> answer)
        => endpoints.MapPost(path, endpoint.Handle(answer))
            .WithScope(ServingScope.Predict).WithModel(ModelMetadata.InMessage).WithErrors(OpenAiError.Form);
}
