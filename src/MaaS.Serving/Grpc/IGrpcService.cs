namespace MaaS.Serving.Grpc;

/// <summary>A gRPC service of this server.</summary>
/// <typeparam name="TService">The service itself.</typeparam>
internal interface IGrpcService<TService>
    where TService : class, IGrpcService<TService>
{
    /// <summary>Full name, as <c>inference.GRPCInferenceService</c>.</summary>
    static abstract string ServiceName { get; }

    /// <summary>Adds every method, each with what it asks of its caller.</summary>
    static abstract void AddMethods(GrpcMethods<TService> methods);
}
