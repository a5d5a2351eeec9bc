using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Grpc;

/// <summary>Messages of a service are as large as <see cref="MaaSServingOptions.MaxRequestBytes"/>, packed and
/// unpacked.</summary>
internal sealed class GrpcMessageLimits<TService>(IOptions<MaaSServingOptions> options)
    : IConfigureOptions<GrpcServiceOptions<TService>>
    where TService : class
{
    public void Configure(GrpcServiceOptions<TService> service)
    {
        var limit = options.Value.MaxRequestBytes;
        service.MaxReceiveMessageSize = (int)Math.Min(limit, int.MaxValue);
        service.CompressionProviders = [.. GrpcCompression.All(limit)];
    }
}
