using MaaS.Serving.Faults;

namespace MaaS.Serving.Models;

/// <summary>Tells clients of the versions of models, without the paths of this machine.</summary>
internal sealed class ModelStatusReader(FamilyTable families, string modelsPath)
{
    /// <summary>Every version of every model, in order of names and versions.</summary>
    public IReadOnlyList<ModelVersionStatus> Index()
        => [
            .. families.Names.Union(families.Unreadable.Select(u => u.Name)).Order(StringComparer.Ordinal)
            .SelectMany(Statuses)];

    /// <summary>The versions of one model, the oldest first; empty when there is no such model.</summary>
    public IReadOnlyList<ModelVersionStatus> Status(string name) => [.. Statuses(name)];

    /// <summary>The versions of a model that shall be loaded, or that serve.</summary>
    public IReadOnlyList<ModelVersionStatus> Wanted(string name)
    {
        var wanted = families.Find(name)?.Wanted();
        return [.. Status(name).Where(s => wanted is null || wanted.Contains(s.Version) || s.IsServable)];
    }

    /// <summary>The versions of a model, those that cannot be read among them, the oldest first.</summary>
    private IEnumerable<ModelVersionStatus> Statuses(string name)
    {
        var known = families.Find(name) is { } family ? StatusOf(family).ToDictionary(s => s.Version) : [];

        // What is wrong with the model as a whole is told of its newest version: something newer was to come.
        var newest = known.Count > 0 ? known.Keys.Max() : 1;
        foreach (var source in families.Unreadable.Where(u => u.Name == name))
        {
            var (version, reason) = (source.Version ?? newest, Public(source.Cause, source.Location));
            var status = known.GetValueOrDefault(version)
                ?? new ModelVersionStatus(name, version, ModelState.End, "OK", "", [], 0);
            known[version] = status.ErrorMessage.Contains(reason, StringComparison.Ordinal) ? status : status with
            {
                ErrorCode = status.ErrorCode == "OK" ? ModelFault.CodeOf(source.Cause) : status.ErrorCode,
                ErrorMessage = status.ErrorMessage.Length == 0 ? reason : $"{status.ErrorMessage}; {reason}",
            };
        }

        return known.Values.OrderBy(s => s.Version);
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
            Task = slot.Serving?.Manifest?.Task ?? slot.Source?.Task,
            Created = slot.Serving?.Manifest?.Created,
            Adapters = [.. (slot.Serving?.Generation?.Adapters ?? []).Order(StringComparer.Ordinal)],
            IsServable = slot.IsServable,
        };
    }

    /// <summary>A message without the paths of this machine; what lies in the models folder is named from
    /// there.</summary>
    private string Public(Exception cause, string? location)
    {
        var message = cause.Message;

        // The models folder may be one file.
        foreach (var path in location is null || Directory.Exists(modelsPath)
            ? [] : new[] { location, Path.GetFullPath(location) })
        {
            message = message.Replace(path, Path.GetFileName(path), StringComparison.Ordinal);
        }

        return PublicText.WithoutPaths(message, modelsPath);
    }
}
