using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Grpc;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.KServe;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using MaaS.Serving.Protocols.Predict;
using MaaS.Serving.Protocols.SharedMemory;
using MaaS.Serving.Protocols.TensorFlow;
using MaaS.Serving.Protocols.TensorFlow.Grpc;
using MaaS.Serving.Protocols.TorchServe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Protocols;

/// <summary>Registers the protocols and what they share.</summary>
internal static class ProtocolServices
{
    public static IServiceCollection AddProtocols(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IInputEncoderFactory, TextInputEncoderFactory>());
        services.TryAddSingleton<InputEncoders>();
        services.TryAddSingleton<InferenceCalls>();
        services.TryAddSingleton<ImageFiles>();
        services.TryAddSingleton<SharedRegions>();
        services.TryAddSingleton<ServingStatistics>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<ICallObserver, ServingStatistics>(
                s => s.GetRequiredService<ServingStatistics>()));
        services.TryAddSingleton<OpenInferenceMetadata>();
        services.TryAddSingleton<OpenInferenceInfer>();
        services.TryAddSingleton<StatisticsAnswer>();
        services.TryAddSingleton<TensorFlowMessages>();
        services.TryAddSingleton<TensorFlowPredict>();
        services.TryAddSingleton<TensorFlowExamples>();
        services.TryAddSingleton<TensorFlowStatus>();
        return services
            .AddEndpoints<PredictEndpoints>()
            .AddEndpoints<TensorFlowEndpoints>()
            .AddEndpoints<OpenInferenceEndpoints>()
            .AddEndpoints<RepositoryEndpoints>()
            .AddEndpoints<SettingsEndpoints>()
            .AddEndpoints<SharedMemoryEndpoints>()
            .AddEndpoints<TorchServeInference>()
            .AddEndpoints<TorchServeManagement>()
            .AddEndpoints<KServeEndpoints>()
            .AddGrpcServices();
    }
}
