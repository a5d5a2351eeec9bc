using Grpc.AspNetCore.Server;
using MaaS.Serving.Audit;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Endpoints;

/// <summary>
/// Stands before every endpoint: finds out who calls, whether they may, and how often. The handlers behind it see the
/// caller as <see cref="HttpContext.User"/> and through <see cref="Of"/>, and the models through <see
/// cref="ModelAccess"/>.
/// </summary>
/// <remarks>
/// It stands in the endpoint itself and not in the middlewares for authentication and authorization: these run for
/// every endpoint of the application, and make a service scope, a handler and a ticket for each request.
/// </remarks>
internal sealed class EndpointGuard
{
    private const int Unbound = -1;

    private readonly SecurityOptions _options;
    private readonly CallerAuthentication _authentication;
    private readonly CallerLimits _limits;
    private readonly HostCheck _hosts;
    private readonly CrossOriginCheck _origins;
    private readonly AuditTrail _audit;

    public EndpointGuard(
        IOptions<MaaSServingOptions> options, CallerAuthentication authentication, CallerLimits limits,
        HostCheck hosts, CrossOriginCheck origins, AuditTrail audit)
    {
        _options = options.Value.Security;
        AdminPort = _options.AdminUrl is null ? _options.AdminPort : Unbound;
        _authentication = authentication;
        _limits = limits;
        _hosts = hosts;
        _origins = origins;
        _audit = audit;
    }

    /// <summary>The only port for changes; null where every port takes them. A host that listens on a port of its own
    /// for them sets it.</summary>
    public int? AdminPort { get; set; }

    /// <summary>
    /// The port for gRPC alone, where its methods take changes as well, from callers who prove who they are: HTTP/2 in
    /// clear text does not reach the administration's port. Null for none; a host that listens on one sets it.
    /// </summary>
    public int? GrpcPort { get; set; }

    /// <summary>Whether a caller without a key or token cannot read anything, so that it is no use to try.</summary>
    public bool IsKeyNeeded
        => !_authentication.Anonymous.Has(ServingScope.Read)
            && (_options.ApiKeys.Count > 0 || _options.ApiKeyFile is not null || _options.Jwt is not null)
            && _options.ClientCertificates.Count == 0;

    /// <summary>Who sent a request; the server itself where no guard stood before the endpoint.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Caller.Server;

    /// <summary>Puts the guard before an endpoint.</summary>
    /// <exception cref="InvalidOperationException">The endpoint does not say what it asks of its callers.</exception>
    public void Protect(EndpointBuilder endpoint)
    {
        var scope = (endpoint.Metadata.OfType<ScopeMetadata>().LastOrDefault() ?? throw new InvalidOperationException(
            $"{endpoint.DisplayName ?? (endpoint as RouteEndpointBuilder)?.RoutePattern.RawText}: expected an endpoint "
                + "that says what it asks of its callers, "
            + $"got none; add .{nameof(ServingScopes.WithScope)}({nameof(ServingScope)}.…)")).Scope;
        var model = endpoint.Metadata.OfType<ModelMetadata>().LastOrDefault() ?? ModelMetadata.InAddress;
        if (endpoint.RequestDelegate is { } inner)
        {
            var isGrpc = endpoint.Metadata.OfType<GrpcMethodMetadata>().Any();
            var browser = endpoint.Metadata.OfType<IBrowserEndpoint>().LastOrDefault();
            endpoint.RequestDelegate = context => InvokeAsync(context, scope, model, isGrpc, browser, inner);
        }
    }

    /// <summary>Who sent a request to an endpoint that is open to all; a wrong proof counts as none.</summary>
    public async ValueTask<Caller> IdentifyAsync(HttpContext context)
        => _authentication.IsOpen || await _authentication.ReadAsync(context).ConfigureAwait(false) is not { } proof
            ? _authentication.AnonymousAt(context, AdminPort) : proof.Caller ?? Caller.Nobody;

    private Task InvokeAsync(
        HttpContext context, ServingScope scope, ModelMetadata model, bool isGrpc, IBrowserEndpoint? browser,
        RequestDelegate inner)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var isAdministration = AdminPort == context.Connection.LocalPort;
        if (!_hosts.Allows(context, isAdministration))
        {
            return RefuseAsync(context, null, null, new Failure(
                FaultKind.InvalidArgument,
                $"expected localhost, an IP address or a host that Security:{nameof(SecurityOptions.AllowedHosts)} "
                    + $"names, got '{context.Request.Host}'"));
        }

        if (scope == ServingScope.Admin && AdminPort is not null && !isAdministration
            && !(isGrpc && IsGrpcPort(context)))
        {
            return RefuseAsync(context, null, null, new Failure(
                FaultKind.NotFound,
                $"{context.Request.Method} {context.Request.Path}: not here; models are administered on a port of "
                    + "their own"));
        }

        if (_origins.Refusal(context, scope) is { } foreign)
        {
            return RefuseAsync(context, null, null, foreign);
        }

        if (scope == ServingScope.None)
        {
            context.Features.Set(Caller.Nobody);
            return inner(context);
        }

        // After the look at the origin, which takes a key in a header for a sign that no other page has sent it.
        browser?.ReadKey(context);
        return _authentication.IsOpen
            ? AllowAsync(context, scope, model, _authentication.AnonymousAt(context, AdminPort), null, inner)
            : AuthenticateAsync(context, scope, model, inner);
    }

    private async Task AuthenticateAsync(
        HttpContext context, ServingScope scope, ModelMetadata model, RequestDelegate inner)
    {
        var proof = await _authentication.ReadAsync(context).ConfigureAwait(false);
        if (proof?.Fault is { } fault)
        {
            // Guessing is slowed down like any other traffic of that address.
            var wait = _limits.Take(_authentication.Anonymous, context);
            await RefuseAsync(
                context, null, model.Of(context),
                wait is null ? new Failure(FaultKind.Unauthenticated, fault) : TooMany(wait)).ConfigureAwait(false);
            return;
        }

        await AllowAsync(
            context, scope, model, proof?.Caller ?? _authentication.AnonymousAt(context, AdminPort), proof, inner)
                .ConfigureAwait(false);
    }

    private Task AllowAsync(
        HttpContext context, ServingScope scope, ModelMetadata asked, Caller caller, Proof? proof,
        RequestDelegate inner)
    {
        if (_limits.Take(caller, context) is { } wait)
        {
            return RefuseAsync(context, caller, null, TooMany(wait));
        }

        var model = asked.Of(context);
        if (scope == ServingScope.Admin && AdminPort is not null && caller.Name.Length == 0 && IsGrpcPort(context))
        {
            return RefuseAsync(context, caller, model, new Failure(
                FaultKind.Unauthenticated, "expected proof of the scope 'admin' on this port, got none"));
        }

        if (ServingAuthorization.Refusal(caller, scope, model) is { } refusal)
        {
            return RefuseAsync(context, caller, model, refusal);
        }

        context.Features.Set(caller);
        if (caller.Name.Length > 0)
        {
            context.User = proof?.User ?? caller.Principal;
        }

        return _audit.Of(context, scope, caller) is { } audited
            ? AuditedAsync(audited, context, scope, model, isNamedLater: asked.IsInMessage, inner) : inner(context);
    }

    private async Task AuditedAsync(
        AuditedRequest audited, HttpContext context, ServingScope scope, string? model, bool isNamedLater,
        RequestDelegate inner)
    {
        try
        {
            if (scope.IsChange() && !isNamedLater)
            {
                audited.Begin(model);
            }
        }
        catch (RequestException e)
        {
            // What cannot be recorded is not done.
            await RefuseAsync(context, null, model, new Failure(e.Kind, e.Message)).ConfigureAwait(false);
            return;
        }

        try
        {
            await inner(context).ConfigureAwait(false);
        }
        finally
        {
            audited.End(context.Response.StatusCode, model, durable: scope.IsChange());
        }
    }

    private bool IsGrpcPort(HttpContext context) => GrpcPort == context.Connection.LocalPort && GrpcPort != AdminPort;

    private static Failure TooMany(TimeSpan? wait)
        => new(FaultKind.ResourceExhausted, "expected fewer requests a second from this caller", wait);

    private async Task RefuseAsync(HttpContext context, Caller? caller, string? model, Failure failure)
    {
        _audit.Refused(context, caller, failure, model);
        if (failure.RetryAfterSeconds is { } wait)
        {
            context.Response.Headers.RetryAfter = wait;
        }

        if (failure.Kind == FaultKind.Unauthenticated)
        {
            context.Response.Headers.WWWAuthenticate = CallerAuthentication.Challenge;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<IBrowserEndpoint>() is { } browser
            && await browser.TryRefuseAsync(context, failure).ConfigureAwait(false))
        {
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<ErrorForm>() is { } form)
        {
            await form.WriteAsync(context, failure).ConfigureAwait(false);
            return;
        }

        if (!await GrpcFailures.TryRefuseAsync(context, failure).ConfigureAwait(false))
        {
            await JsonAnswer.WriteErrorAsync(context, failure).ConfigureAwait(false);
        }
    }
}
