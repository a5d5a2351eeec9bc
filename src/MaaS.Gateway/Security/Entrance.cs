using System.Globalization;
using MaaS.Gateway.Faults;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Security;

/// <summary>Finds out who calls, and whether they may, by the rules of servers; what only servers can see, as the later
/// messages of a stream, they check by the token.</summary>
internal sealed class Entrance(CallerAuthentication authentication, CallerLimits limits, CallerTokens tokens)
{
    /// <summary>Admits a caller, whose token then goes with the request.</summary>
    /// <returns>Null where the request was refused, and answered.</returns>
    public async Task<Caller?> AdmitAsync(HttpContext context, bool grpc)
    {
        if (RequestScope.Of(context.Request) == ServingScope.None || IsPreflight(context.Request))
        {
            context.Features.Set(new CallerToken(null));
            return Caller.Nobody;
        }

        var proof = await authentication.ReadAsync(context).ConfigureAwait(false);
        // Guessing is slowed down like any other traffic of that address.
        if (limits.Take(proof?.Caller ?? authentication.Anonymous, context) is { } wait)
        {
            context.Response.Headers.RetryAfter =
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await GatewayFault.WriteAsync(
                context, grpc, StatusCodes.Status429TooManyRequests,
                "expected fewer requests a second from this caller").ConfigureAwait(false);
            return null;
        }

        if (proof?.Caller is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = CallerAuthentication.Challenge;
            await GatewayFault.WriteAsync(
                context, grpc, StatusCodes.Status401Unauthorized,
                proof?.Fault ?? "expected an API key or a bearer token, got none").ConfigureAwait(false);
            return null;
        }

        context.Features.Set(new CallerToken(tokens.Of(caller)));
        return caller;
    }

    /// <summary>Refuses what a caller may not do.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who was admitted.</param>
    /// <param name="model">The model that the request names; null for none.</param>
    /// <param name="grpc">How the answer is written.</param>
    /// <returns>Whether the request was refused, and answered.</returns>
    public static async Task<bool> RefusesAsync(HttpContext context, Caller caller, string? model, bool grpc)
    {
        var scope = RequestScope.Of(context.Request);
        if (scope == ServingScope.None || IsPreflight(context.Request)
            || ServingAuthorization.Refusal(caller, scope, model) is not { } refusal)
        {
            return false;
        }

        await GatewayFault.WriteAsync(context, grpc, StatusCodes.Status403Forbidden, refusal.Message)
            .ConfigureAwait(false);
        return true;
    }

    // A browser asks without credentials whether a page of another origin may send a request; servers know which may.
    private static bool IsPreflight(HttpRequest request)
        => HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey("Access-Control-Request-Method");
}
