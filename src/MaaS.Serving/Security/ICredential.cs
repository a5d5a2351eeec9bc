using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Security;

/// <summary>A way to prove who one is. The first that finds its kind of proof in a request decides.</summary>
internal interface ICredential
{
    /// <summary>Name in logs.</summary>
    string Name { get; }

    /// <summary>Reads a request.</summary>
    /// <returns>Null where the request has no proof of this kind.</returns>
    ValueTask<Proof?> ReadAsync(HttpContext context);
}

/// <summary>What a credential found: a caller, or why there is none.</summary>
/// <param name="Caller">Who; null where the proof was refused.</param>
/// <param name="Fault">Why it was refused; null where it was not.</param>
/// <param name="User">The application's user behind the caller; null for one of MaaS's own.</param>
internal sealed record Proof(Caller? Caller, string? Fault = null, ClaimsPrincipal? User = null)
{
    public static Proof Refused(string fault) => new(null, fault);
}
