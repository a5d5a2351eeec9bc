using MaaS.Serving.Faults;
using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <content>How requests are spread over versions.</content>
public sealed partial class ModelRepository
{
    /// <summary>How requests of a model are spread; null for the latest version.</summary>
    /// <exception cref="RequestException">404: there is no such model.</exception>
    public TrafficRoute? Route(string name)
    {
        Status(name);
        return _lifecycle.Read(name, static f => f.Router?.Route);
    }

    /// <summary>As <see cref="Route"/>, and null where there is no such model any more.</summary>
    internal TrafficRoute? FindRoute(string name) => _lifecycle.Read(name, static f => f.Router?.Route);

    /// <summary>Changes how requests of a model are spread, from the next request on.</summary>
    /// <param name="name">The model.</param>
    /// <param name="route">Null for the latest version.</param>
    /// <exception cref="RequestException">404: there is no such model. 400: the route has faults, or leads to a version
    /// that cannot answer; all are named.</exception>
    public void SetRoute(string name, TrafficRoute? route) => SetRoute(name, route, Caller.Server);

    internal void SetRoute(string name, TrafficRoute? route, Caller caller)
    {
        Status(name, version: null, caller);
        var faults = route?.Faults("route").ToList() ?? [];
        if (route is not null && faults.Count == 0)
        {
            faults.AddRange(RouteCheck.Faults(_lifecycle.Views, name, route, caller));
        }

        if (faults.Count > 0)
        {
            throw RequestException.BadRequest(string.Join("; ", faults));
        }

        _lifecycle.SetRoute(name, route);
    }

    /// <summary>Where copies of a model's requests go; null for nowhere.</summary>
    internal ShadowRule? Shadow(string name) => _lifecycle.Views.GetValueOrDefault(name)?.Router?.Route.Shadow;
}
