namespace MaaS.Serving.Grpc;

/// <summary>A call that ends with a status of its own.</summary>
internal sealed class GrpcException(GrpcStatusCode status, string message, Exception? cause = null) : Exception(message, cause)
{
    public GrpcStatusCode Status { get; } = status;
}
