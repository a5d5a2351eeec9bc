using Google.Protobuf;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Grpc;

/// <summary>The health check of gRPC load balancers and Kubernetes probes, <c>grpc.health.v1.Health/Check</c>.</summary>
internal sealed class GrpcHealth(ModelRepository models, GrpcEndpoint grpc) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapPost("/grpc.health.v1.Health/Check", grpc.Unary(HealthCheckRequest.Parser, (request, _) => ValueTask.FromResult<IMessage>(
            request.Service is "" or "inference.GRPCInferenceService"
                ? new HealthCheckResponse
                {
                    Status = models.IsReady ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing,
                }
                : throw new GrpcException(GrpcStatusCode.NotFound, $"expected no service or inference.GRPCInferenceService, got '{request.Service}'")))).WithScope(ServingScope.None);
}
