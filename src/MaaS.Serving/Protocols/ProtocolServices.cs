using MaaS.Serving.Generation;
using MaaS.Serving.Grpc;
using MaaS.Serving.OpenApi;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.KServe;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.OpenInference.Statistics;
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
        if (!services.Any(d => ReferenceEquals(d.ImplementationInstance, ServingStatistics.Layer)))
        {
            services.AddSingleton(ServingStatistics.Layer);
        }

        services.AddOpenApi(options => options.AddDocumentTransformer<ServingDocument>());
        services.TryAddSingleton<OpenInferenceMetadata>();
        services.TryAddSingleton<OpenInferenceInfer>();
        services.TryAddSingleton<StatisticsAnswer>();
        services.TryAddSingleton<TensorFlowMessages>();
        services.TryAddSingleton<TensorFlowPredict>();
        services.TryAddSingleton<TensorFlowExamples>();
        services.TryAddSingleton<TensorFlowStatus>();
        services.TryAddSingleton<GenerationMetrics>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IProtocol, HealthProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, PredictProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, TensorFlowProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, OpenInferenceProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, GenerateProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, RepositoryProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, TorchServeInference>(),
            ServiceDescriptor.Singleton<IProtocol, TorchServeManagement>(),
            ServiceDescriptor.Singleton<IProtocol, KServeProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, SharedMemoryProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, SettingsProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, DocumentProtocol>(),
        ]);
        return services.AddGrpcServices();
    }
}
