using Grpc.AspNetCore.Server;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Grpc;

/// <summary>Maps a gRPC service.</summary>
internal sealed class GrpcEndpoints<TService>(GrpcFailures failures) : IEndpoints
    where TService : class, IGrpcService<TService>
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var service = endpoints.MapGrpcService<TService>();
        service.Add(DeclareUnimplemented);
        service.Finally(failures.Watch);
    }

    /// <summary>The endpoints that answer UNIMPLEMENTED are made by the library and have no scope of their
    /// own.</summary>
    public static void DeclareUnimplemented(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<GrpcMethodMetadata>().Any())
        {
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Post]));
            endpoint.Metadata.Add(new ScopeMetadata(ServingScope.Read));
        }
    }
}
