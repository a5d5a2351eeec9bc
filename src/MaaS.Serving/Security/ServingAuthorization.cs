using MaaS.Serving.Faults;

namespace MaaS.Serving.Security;

/// <summary>
/// The one decision whether a caller may do something: asked by the guard for every endpoint, by <c>ModelAccess</c> for
/// models that a body names, and by the authorization handler for an application's own endpoints.
/// </summary>
internal static class ServingAuthorization
{
    /// <summary>Decides.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="scope">What for.</param>
    /// <param name="model">With which model; null for none in particular.</param>
    /// <returns>401 or 403 and why; null where they may.</returns>
    public static Failure? Refusal(Caller caller, ServingScope scope, string? model)
    {
        if (!caller.Has(scope))
        {
            var name = scope.ToString().ToLowerInvariant();
            return caller.Name.Length == 0
                ? new Failure(FaultKind.Unauthenticated, $"expected proof of the scope '{name}', got none")
                : new Failure(
                    FaultKind.PermissionDenied, $"expected the scope '{name}', '{caller.Name}' does not have it");
        }

        // Whether there is such a model is not for them to know.
        return model is null || caller.MayUse(model) ? null
            : new Failure(FaultKind.PermissionDenied, $"expected a model that '{caller.Name}' may use, got '{model}'");
    }

    /// <summary>Throws where the caller may not.</summary>
    /// <exception cref="RequestException">401 or 403.</exception>
    public static void ThrowIfRefused(Caller caller, ServingScope scope, string? model)
    {
        if (Refusal(caller, scope, model) is { } refusal)
        {
            throw new RequestException(refusal.Kind, refusal.Message);
        }
    }
}
