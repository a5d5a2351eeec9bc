using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Grpc;

/// <summary>
/// Server reflection (<c>grpc.reflection.v1</c> and <c>v1alpha</c>): tells clients as grpcurl the services and their
/// messages, and nothing of the models.
/// </summary>
internal sealed class GrpcReflection(GrpcFailures failures, IOptions<MaaSServingOptions> options) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.GrpcReflection)
        {
            var service = endpoints.MapGrpcReflectionService();
            service.Add(static endpoint => endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Post])));
            service.WithScope(ServingScope.Read);
            service.Finally(failures.Watch);
        }
    }
}
