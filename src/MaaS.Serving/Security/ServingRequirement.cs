using Microsoft.AspNetCore.Authorization;

namespace MaaS.Serving.Security;

/// <summary>
/// What an application's own endpoint asks of its user, in MaaS's terms. The resource is a model's name, or a request
/// whose route value <c>name</c> is one.
/// </summary>
/// <param name="scope">What the user must be allowed to do.</param>
public sealed class ServingRequirement(ServingScope scope) : IAuthorizationRequirement
{
    /// <summary>What the user must be allowed to do.</summary>
    public ServingScope Scope { get; } = scope;
}
