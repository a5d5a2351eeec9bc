namespace MaaS.Registry.Fleet;

/// <summary>A server that is there, as it says of itself.</summary>
/// <param name="Id">Drawn when it started.</param>
/// <param name="Address">Where others reach it, as <c>http://10.0.0.7:8080</c>.</param>
/// <param name="GrpcAddress">Where it takes gRPC without TLS; null where that is the same address or not at
/// all.</param>
/// <param name="State">Whether it takes requests.</param>
/// <param name="Models">The versions that are loaded, by model.</param>
/// <param name="InFlight">Requests that it works on.</param>
public sealed record ServerLease(
    string Id, string Address, string? GrpcAddress, ServerLeaseState State,
    IReadOnlyDictionary<string, IReadOnlyList<long>> Models, long InFlight);
