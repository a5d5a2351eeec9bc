using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Audit;

/// <summary>One line of the audit log.</summary>
/// <param name="Actor">The caller's name; empty for a caller without one.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="Action">Method and path.</param>
/// <param name="RequestId">The request's name in the server's log.</param>
public sealed record AuditEntry(string Actor, string Address, string Action, string RequestId)
{
    /// <summary>
    /// <c>begin</c> before a change, <c>end</c> after it, with the status; <c>refused</c> where the caller may not.
    /// </summary>
    public string Phase { get; init; } = "end";

    /// <summary>The model that is changed or was asked for; null where the request names none.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// HTTP status of the answer, or the one that a gRPC status stands for; null while there is none.
    /// </summary>
    public int? Status { get; init; }

    /// <summary>What else is worth knowing; null for nothing.</summary>
    public string? Detail { get; init; }

    internal static AuditEntry Of(HttpContext context, Caller? caller) => new(
        caller?.Name ?? "",
        context.Connection.RemoteIpAddress?.ToString() ?? "",
        $"{context.Request.Method} {context.Request.Path}",
        context.RequestId());
}
