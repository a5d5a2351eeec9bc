using MaaS.Serving.Execution;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Grpc;

/// <summary>One call.</summary>
/// <param name="Http">The request that carries it.</param>
/// <param name="Client">Who asks, how urgently and until when.</param>
/// <param name="Deadline">Timestamp of the deadline that the client set for the whole call; null for none.</param>
/// <param name="CancellationToken">Fires when the client is gone or the deadline has passed.</param>
internal sealed record GrpcCall(
    HttpContext Http, RequestContext Client, long? Deadline, CancellationToken CancellationToken);
