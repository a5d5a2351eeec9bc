using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Reflection;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Protocols.TensorFlow.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Grpc;

/// <summary>Registers the gRPC services.</summary>
internal static class GrpcServiceExtensions
{
    public static IServiceCollection AddGrpcServices(this IServiceCollection services)
    {
        // Otherwise every address of two parts is a method of an unknown service, and a GET of it is answered 405.
        // Clients of gRPC take 404 for UNIMPLEMENTED; unknown methods of known services are answered so.
        services.AddGrpc(static options => options.IgnoreUnknownServices = true);
        services.AddGrpcReflection();
        services.TryAddSingleton<GrpcFailures>();
        services.TryAddSingleton<GrpcInference>();
        services.TryAddSingleton<GrpcInferStream>();
        services.AddService<GrpcOpenInference>().AddService<GrpcHealth>()
            .AddService<GrpcPredictionService>().AddService<GrpcModelService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IEndpoints, GrpcReflection>());
        return services.LimitMessages<ReflectionServiceImpl>().LimitMessages<ReflectionV1ServiceImpl>();
    }

    private static IServiceCollection AddService<TService>(this IServiceCollection services)
        where TService : class, IGrpcService<TService>
    {
        services.TryAddSingleton<TService>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IServiceMethodProvider<TService>, GrpcMethodProvider<TService>>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IEndpoints, GrpcEndpoints<TService>>());
        services.Configure<GrpcServiceOptions<TService>>(static options => options.IgnoreUnknownServices = false);
        return services.LimitMessages<TService>();
    }

    private static IServiceCollection LimitMessages<TService>(this IServiceCollection services)
        where TService : class
    {
        services.TryAddEnumerable(ServiceDescriptor
            .Singleton<IConfigureOptions<GrpcServiceOptions<TService>>, GrpcMessageLimits<TService>>());
        return services;
    }
}
