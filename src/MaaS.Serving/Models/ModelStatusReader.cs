using MaaS.Serving.Faults;

namespace MaaS.Serving.Models;

/// <summary>Tells clients of the versions of models, without the paths of this machine.</summary>
internal sealed class ModelStatusReader(FamilyTable families, string modelsPath)
{
    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index()
    {
        var unreadable = families.Unreadable.Where(u => families.Find(u.Name) is null).Select(StatusOf);
        return [.. families.All.SelectMany(StatusOf).Concat(unreadable)
            .OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Version)];
    }

    /// <summary>The versions of one model, the oldest first; empty when there is no such model.</summary>
    public IReadOnlyList<ModelVersionStatus> Status(string name)
        => families.Find(name) is { } family ? [.. StatusOf(family)]
            : [.. families.Unreadable.Where(u => u.Name == name).Take(1).Select(StatusOf)];

    /// <summary>The versions of a model that shall be loaded, or that serve.</summary>
    public IReadOnlyList<ModelVersionStatus> Wanted(string name)
    {
        var wanted = families.Find(name)?.Wanted();
        return [.. Status(name).Where(s => wanted is null || wanted.Contains(s.Version) || s.IsServable)];
    }

    private IEnumerable<ModelVersionStatus> StatusOf(ModelFamily family)
    {
        // What was unloaded before the last start has no slot, and is there all the same.
        return family.Slots.Count > 0 ? family.Slots.Values.Select(Of)
            : family.Versions.OrderDescending().Take(1)
                .Select(v => new ModelVersionStatus(family.Name, v, ModelState.End, "OK", "", [], 0));

        ModelVersionStatus Of(ModelSlot slot) => new(
            slot.Name,
            slot.Version,
            slot.State,
            slot.Fault?.Code ?? "OK",
            slot.Fault is { } fault ? Public(fault.Cause, slot.Source?.Location) : "",
            [.. family.Labels.Where(l => l.Value == slot.Version).Select(l => l.Key).Order(StringComparer.Ordinal)],
            slot.Bytes)
        {
            IsServable = slot.IsServable,
        };
    }

    private ModelVersionStatus StatusOf(UnreadableSource source)
        => new(
            source.Name, 1, ModelState.End, new ModelFault(source.Cause, "", 1, 0).Code, Public(
                source.Cause, source.Location), [], 0);

    /// <summary>A message without the paths of this machine.</summary>
    private string Public(Exception cause, string? location)
    {
        var message = cause.Message;
        foreach (var path in new[] { location, location is null ? null : Path.GetFullPath(location) }.OfType<string>())
        {
            message = message.Replace(path, Path.GetFileName(path), StringComparison.Ordinal);
        }

        return PublicText.WithoutPaths(message, modelsPath);
    }
}
