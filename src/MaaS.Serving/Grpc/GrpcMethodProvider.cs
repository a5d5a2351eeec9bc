using Grpc.AspNetCore.Server.Model;
using MaaS.Serving.Endpoints;

namespace MaaS.Serving.Grpc;

/// <summary>Tells ASP.NET Core's gRPC which methods a service has.</summary>
internal sealed class GrpcMethodProvider<TService>(GrpcFailures failures, RequestContextFactory contexts)
    : IServiceMethodProvider<TService>
    where TService : class, IGrpcService<TService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
        => TService.AddMethods(new GrpcMethods<TService>(context, failures, contexts));
}
