using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <summary>Checks that a route leads to versions that can answer.</summary>
internal static class RouteCheck
{
    /// <summary>What a route names that cannot answer.</summary>
    /// <param name="models">Models that can answer.</param>
    /// <param name="name">The model of the route.</param>
    /// <param name="route">The route.</param>
    /// <param name="caller">Who is told: errors name only models that they may use.</param>
    public static IEnumerable<string> Faults(
        Dictionary<string, ModelView> models, string name, TrafficRoute route, Caller caller)
    {
        var targets = route.Split.Keys.Select(t => (Model: name, Target: (string?)t));
        if (route.Shadow is { } shadow)
        {
            targets = targets.Append((shadow.Model ?? name, shadow.Target));
        }

        foreach (var (model, target) in targets)
        {
            if (!models.TryGetValue(model, out var view))
            {
                var visible = string.Join(", ", models.Keys.Where(caller.MayUse).Order(StringComparer.Ordinal));
                yield return $"route of '{name}': expected one of the models [{visible}], got '{model}'";
            }
            else if (target is not null && view.Find(target) is null)
            {
                yield return $"route of '{name}': model '{model}': expected one of the versions "
                    + $"[{string.Join(", ", view.Slots.Select(s => s.Version))}] or labels "
                    + $"[{string.Join(", ", view.Labels.Keys)}], got '{target}'";
            }
        }
    }
}
