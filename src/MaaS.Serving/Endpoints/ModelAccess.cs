using MaaS.Serving.Audit;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Endpoints;

/// <summary>
/// The models as the caller of one request may see and change them: lists leave out what is kept from them, and a model
/// that is named in a body is decided on here. Protocols see models through this and through leases.
/// </summary>
internal readonly struct ModelAccess
{
    private readonly ModelRepository _models;
    private readonly HttpContext _context;
    private readonly Caller _caller;

    /// <param name="models">All models.</param>
    /// <param name="context">Whose request.</param>
    /// <param name="caller">Who, where the guard did not ask; null for the guard's answer.</param>
    public ModelAccess(ModelRepository models, HttpContext context, Caller? caller = null)
    {
        _models = models;
        _context = context;
        _caller = caller ?? EndpointGuard.Of(context);
    }

    /// <summary>Names of the models that can answer, in order.</summary>
    public IReadOnlyList<string> Names => [.. _models.Names.Where(_caller.MayUse)];

    /// <summary>What was found and cannot answer, as <c>digits version 2</c>.</summary>
    public IReadOnlyList<string> Failed
    {
        get
        {
            var caller = _caller;
            return [.. _models.FailedModels.Where(f => caller.MayUse(f.Name)).Select(f => f.What)];
        }
    }

    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index()
    {
        var caller = _caller;
        return [.. _models.Index().Where(s => caller.MayUse(s.Name))];
    }

    /// <inheritdoc cref="ModelRepository.Status(string, string?)"/>
    /// <exception cref="RequestException">403: it is kept from the caller.</exception>
    public IReadOnlyList<ModelVersionStatus> Status(string name, string? version = null)
    {
        ServingAuthorization.ThrowIfRefused(_caller, ServingScope.None, name);
        return _models.Status(name, version, _caller);
    }

    /// <summary>As <see cref="Status"/>, and empty where there is no such model or version.</summary>
    /// <exception cref="RequestException">400: the version is no number of 63 bits. 403: the model is kept from the
    /// caller.</exception>
    public IReadOnlyList<ModelVersionStatus> FindStatus(string name, string? version)
    {
        try
        {
            return Status(name, version);
        }
        catch (RequestException e) when (e.Kind == FaultKind.NotFound)
        {
            return [];
        }
    }

    /// <inheritdoc cref="ModelRepository.Route"/>
    /// <remarks>Copies to a model that is kept from the caller are kept from them too.</remarks>
    public TrafficRoute? Route(string name)
    {
        Status(name);
        return FindRoute(name);
    }

    /// <summary>As <see cref="Route"/>, and null where there is no such model any more.</summary>
    public TrafficRoute? FindRoute(string name)
        => _models.FindRoute(name) is not { } route ? null
            : route.Shadow is { Model: { } other } && !_caller.MayUse(other) ? route with { Shadow = null } : route;

    /// <summary>Whether shadow traffic may be shown: of both models.</summary>
    public bool MaySeeShadow(string model, string shadow)
        => _caller.MayUse(model) && _caller.MayUse(ShadowTarget(shadow));

    /// <summary>The model of a target as <c>digits@canary</c>.</summary>
    public static string ShadowTarget(string shadow) => shadow.Split('@')[0];

    /// <inheritdoc cref="ModelRepository.LoadAsync(string, long?, bool, CancellationToken)"/>
    public Task LoadAsync(string name, CancellationToken cancellationToken)
    {
        BeginChange(name);
        return _models.LoadAsync(name, version: null, reload: false, _caller, cancellationToken);
    }

    /// <inheritdoc cref="ModelRepository.RegisterAsync(string, string, CancellationToken)"/>
    /// <exception cref="RequestException">403: the name, or a model of that entry, is kept from the caller.</exception>
    public Task RegisterAsync(string name, string entry, CancellationToken cancellationToken)
    {
        BeginChange(name);
        return _models.RegisterAsync(name, entry, _caller, cancellationToken);
    }

    /// <inheritdoc cref="ModelRepository.SetInstances(string, int)"/>
    public void SetInstances(string name, int instances)
    {
        BeginChange(name);
        _models.SetInstances(name, instances, _caller);
    }

    /// <inheritdoc cref="ModelRepository.UnloadAsync(string, long?, CancellationToken)"/>
    public Task UnloadAsync(string name, long? version, CancellationToken cancellationToken)
    {
        BeginChange(name);
        return _models.UnloadAsync(name, version, _caller, cancellationToken);
    }

    /// <inheritdoc cref="ModelRepository.SetRoute(string, TrafficRoute?)"/>
    /// <exception cref="RequestException">
    /// 403: the model, or the one that copies would go to, is kept from the caller.
    /// </exception>
    public void SetRoute(string name, TrafficRoute? route)
    {
        BeginChange(name);
        if (route?.Shadow?.Model is { } other)
        {
            ServingAuthorization.ThrowIfRefused(_caller, ServingScope.Admin, other);
        }

        _models.SetRoute(name, route, _caller);
    }

    /// <summary>Lets requests that name no version go to this one; copies go where they went.</summary>
    public void SetDefault(string name, string version)
    {
        BeginChange(name);
        _models.Status(name, version, _caller);
        var route = _models.FindRoute(name) ?? new TrafficRoute();
        _models.SetRoute(name, route with { Split = new Dictionary<string, double> { [version] = 1 } }, _caller);
    }

    private void BeginChange(string name)
    {
        var audited = _context.Features.Get<AuditedRequest>();
        audited?.Name(name);
        ServingAuthorization.ThrowIfRefused(_caller, ServingScope.Admin, name);
        audited?.Begin(name);
    }
}
