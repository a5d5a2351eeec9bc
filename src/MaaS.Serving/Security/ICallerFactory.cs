using System.Security.Claims;

namespace MaaS.Serving.Security;

/// <summary>
/// Says what a user may do whom the application has authenticated (<see
/// cref="SecurityOptions.AuthenticationSchemes"/>). Register as a service to read other claims, roles or a database of
/// the application's own.
/// </summary>
public interface ICallerFactory
{
    /// <summary>Describes a user.</summary>
    /// <param name="user">Authenticated.</param>
    /// <returns>The caller; null where the user is nobody here.</returns>
    Caller? Create(ClaimsPrincipal user);
}
