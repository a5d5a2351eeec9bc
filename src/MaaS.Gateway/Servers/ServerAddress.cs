namespace MaaS.Gateway.Servers;

/// <summary>Where a server is.</summary>
/// <param name="Url">Its address, without a path.</param>
/// <param name="GrpcUrl">Where it takes gRPC without TLS; null where that is the same address.</param>
internal sealed record ServerAddress(Uri Url, Uri? GrpcUrl = null);
