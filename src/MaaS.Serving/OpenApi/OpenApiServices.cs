using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.OpenApi;

/// <summary>Registers the description of the endpoints and its page.</summary>
internal static class OpenApiServices
{
    public static IServiceCollection AddDescription(this IServiceCollection services)
    {
        services.AddOpenApi(options => options.AddDocumentTransformer<ServingDocument>());
        services.AddEndpoints<DocumentEndpoints>();
        return services;
    }
}
