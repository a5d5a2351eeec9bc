using System.Globalization;
using System.Net;
using MaaS.Serving.Audit;
using MaaS.Serving.Grpc;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Stands before every endpoint: finds out who calls, whether they may, and how often. The handlers behind it see the caller
/// as <see cref="HttpContext.User"/> and check models that are named in a body through <see cref="Of"/>.
/// </summary>
internal sealed class EndpointGuard : IDisposable
{
    private const int Unbound = -1;
    private static readonly Caller LocalAdmin = new("", ServingScope.All);

    private readonly SecurityOptions _options;
    private readonly ICredential[] _credentials;
    private readonly CallerLimits _limits;
    private readonly AuditLog? _audit;
    private readonly Caller _anonymous;

    public EndpointGuard(IOptions<MaaSServingOptions> options, IEnumerable<ICredential> credentials, CallerLimits limits, AuditLog? audit = null)
    {
        _options = options.Value.Security;
        AdminPort = _options.AdminUrl is null ? _options.AdminPort : Unbound;
        _credentials = [.. credentials];
        _limits = limits;
        _audit = audit;
        _anonymous = new Caller("", _options.AnonymousScopes.Count > 0 ? ServingScopes.Union(_options.AnonymousScopes)
            : _options.HasCredentials ? ServingScope.None : ServingScope.Predict | ServingScope.Read);
    }

    /// <summary>The only port for changes; null where every port takes them. A host that listens on a port of its own for them sets it.</summary>
    public int? AdminPort { get; set; }

    /// <summary>Whether a caller without a key or token cannot read anything, so that it is no use to try.</summary>
    public bool IsKeyNeeded
        => !_anonymous.Has(ServingScope.Read) && (_options.ApiKeys.Count > 0 || _options.ApiKeyFile is not null || _options.Jwt is not null)
            && _options.ClientCertificates.Count == 0;

    /// <summary>Who sent a request; the server itself where no guard stood before the endpoint.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Caller.Server;

    /// <summary>Closes the audit log.</summary>
    public void Dispose() => _audit?.Dispose();

    /// <summary>Puts the guard before an endpoint.</summary>
    public void Protect(EndpointBuilder endpoint)
    {
        var scope = endpoint.Metadata.OfType<ScopeMetadata>().LastOrDefault()?.Scope ?? ServingScope.Admin;
        if (endpoint.RequestDelegate is { } inner)
        {
            endpoint.RequestDelegate = context => InvokeAsync(context, scope, inner);
        }
    }

    private Task InvokeAsync(HttpContext context, ServingScope scope, RequestDelegate inner)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (scope == ServingScope.Admin && AdminPort is { } port && context.Connection.LocalPort != port)
        {
            return RefuseAsync(context, new Failure(
                StatusCodes.Status404NotFound, $"{context.Request.Method} {context.Request.Path}: not here; models are administered on a port of their own"));
        }

        return scope == ServingScope.None ? inner(context)
            : _credentials.Length == 0 ? AllowAsync(context, scope, Anonymous(context), inner)
            : AuthenticateAsync(context, scope, inner);
    }

    private async Task AuthenticateAsync(HttpContext context, ServingScope scope, RequestDelegate inner)
    {
        Proof? proof = null;
        for (var i = 0; proof is null && i < _credentials.Length; i++)
        {
            proof = await _credentials[i].ReadAsync(context).ConfigureAwait(false);
        }

        if (proof?.Fault is { } fault)
        {
            // Guessing is slowed down like any other traffic of that address.
            var wait = _limits.Take(_anonymous, context);
            await RefuseAsync(context, wait is null ? Unauthorized(context, fault) : TooMany(wait)).ConfigureAwait(false);
            return;
        }

        await AllowAsync(context, scope, proof?.Caller ?? Anonymous(context), inner).ConfigureAwait(false);
    }

    private Task AllowAsync(HttpContext context, ServingScope scope, Caller caller, RequestDelegate inner)
    {
        if (_limits.Take(caller, context) is { } wait)
        {
            return RefuseAsync(context, TooMany(wait));
        }

        if (!caller.Has(scope))
        {
            var name = scope.ToString().ToLowerInvariant();
            return RefuseAsync(context, caller.Name.Length == 0 ? Unauthorized(context, $"expected proof of the scope '{name}', got none")
                : new Failure(StatusCodes.Status403Forbidden, $"expected the scope '{name}', '{caller.Name}' does not have it"));
        }

        if (context.Route("name") is { } model && !caller.MayUse(model))
        {
            return RefuseAsync(context, new Failure(StatusCodes.Status403Forbidden, NoAccess(caller, model)));
        }

        context.Features.Set(caller);
        if (caller.Name.Length > 0)
        {
            context.User = caller.Principal;
        }

        return _audit is not null && (scope == ServingScope.Admin || (scope == ServingScope.Predict && _options.Audit!.Predictions))
            ? AuditedAsync(_audit, context, scope, caller, inner) : inner(context);
    }

    internal static string NoAccess(Caller caller, string model) => $"expected a model that '{caller.Name}' may use, got '{model}'";

    private static async Task AuditedAsync(AuditLog audit, HttpContext context, ServingScope scope, Caller caller, RequestDelegate inner)
    {
        var entry = AuditEntry.Of(context, caller);
        try
        {
            if (scope == ServingScope.Admin)
            {
                audit.Append(entry with { Phase = "begin" }, durable: true);
            }
        }
        catch (IOException)
        {
            // AuditLog has logged the cause. What cannot be recorded is not done.
            await RefuseAsync(context, new Failure(StatusCodes.Status503ServiceUnavailable, "the audit log cannot be written; nothing was changed")).ConfigureAwait(false);
            return;
        }

        try
        {
            await inner(context).ConfigureAwait(false);
        }
        finally
        {
            audit.TryAppend(entry with { Phase = "end", Status = context.Response.StatusCode }, durable: scope == ServingScope.Admin);
        }
    }

    private Caller Anonymous(HttpContext context)
        => !_options.HasCredentials && _options.AnonymousScopes.Count == 0 && AdminPort == context.Connection.LocalPort
            && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) ? LocalAdmin : _anonymous;

    private static Failure Unauthorized(HttpContext context, string message)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"maas\"";
        return new Failure(StatusCodes.Status401Unauthorized, message);
    }

    private static Failure TooMany(TimeSpan? wait) => new(StatusCodes.Status429TooManyRequests, "expected fewer requests a second from this caller", wait);

    private static async Task RefuseAsync(HttpContext context, Failure failure)
    {
        if (failure.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (!await GrpcEndpoint.TryRefuseAsync(context, failure).ConfigureAwait(false))
        {
            await JsonAnswer.WriteErrorAsync(context, failure.Status, failure.Message).ConfigureAwait(false);
        }
    }
}
