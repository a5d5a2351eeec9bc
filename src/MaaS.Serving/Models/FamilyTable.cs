using MaaS.Core.Packages;

namespace MaaS.Serving.Models;

/// <summary>All models, as the folder, the options and what was asked for at run time name them.</summary>
internal sealed class FamilyTable(MaaSServingOptions options)
{
    private readonly Dictionary<string, ModelFamily> _families = new(StringComparer.Ordinal);
    private Dictionary<string, ModelOverrides> _remembered = new(StringComparer.Ordinal);

    /// <summary>What the folder has under names of its own.</summary>
    public IReadOnlyList<ModelSource> Found { get; private set; } = [];

    /// <summary>What the folder has and cannot be read.</summary>
    public IReadOnlyList<UnreadableSource> Unreadable { get; private set; } = [];

    public IReadOnlyCollection<ModelFamily> All => _families.Values;

    public IEnumerable<string> Names => _families.Keys;

    public IEnumerable<ModelSlot> Slots => _families.Values.SelectMany(f => f.Slots.Values);

    public ModelFamily? Find(string name) => _families.GetValueOrDefault(name);

    /// <summary>Takes over what was asked for before a restart.</summary>
    public void Remember(IReadOnlyDictionary<string, ModelOverrides> overrides)
        => _remembered = new Dictionary<string, ModelOverrides>(overrides, StringComparer.Ordinal);

    /// <summary>What was asked for so far, of models that are gone as well, so that a restart finds it.</summary>
    public IReadOnlyDictionary<string, ModelOverrides> Overrides()
    {
        foreach (var family in _families.Values)
        {
            _remembered.Remove(family.Name);
            if (!family.Overrides.IsEmpty)
            {
                _remembered.Add(family.Name, family.Overrides);
            }
        }

        return new Dictionary<string, ModelOverrides>(_remembered, StringComparer.Ordinal);
    }

    /// <summary>Takes over what the folder has.</summary>
    /// <returns>What cannot be read, and was not known to be unreadable.</returns>
    public IReadOnlyList<UnreadableSource> Update(ModelScan scan)
    {
        var twice = scan.Sources.GroupBy(s => (s.Name, s.Version)).SelectMany(g => g.Skip(1)).ToArray();
        IReadOnlyList<UnreadableSource> unreadable = [.. scan.Unreadable, .. twice.Select(s => new UnreadableSource(
            s.Name, s.Location, new InvalidDataException(
                $"{s.Location}: expected each version once, got {s} twice."), s.Version))];
        var known = Unreadable;
        Unreadable = unreadable;
        Found = scan.Sources.Except(twice).ToArray();
        var byName = Found.Concat(Registered()).ToLookup(s => s.Name, StringComparer.Ordinal);
        foreach (var group in byName.Where(g => !_families.ContainsKey(g.Key)))
        {
            _families.Add(group.Key, Create(group.Key));
        }

        foreach (var family in _families.Values)
        {
            var settings = byName[family.Name].FirstOrDefault()?.Config?.Options;
            family.Policy = VersionPolicy.TryParse(options.For(family.Name, settings).Versions) ?? VersionPolicy.Latest;
            family.Update(byName[family.Name], scan.Labels.GetValueOrDefault(family.Name));
        }

        return [
            .. unreadable.Where(
                u => !known.Any(old => old.Location == u.Location && old.Cause.Message == u.Cause.Message))];
    }

    /// <summary>Gives a file or folder of models a further name.</summary>
    /// <returns>The model of that name; null where another model of the folder has it.</returns>
    public ModelFamily? Register(string name, string entry)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            family = Create(name);
            _families.Add(name, family);
        }
        else if (family.Overrides.Entry != entry && Found.Any(s => s.Name == name))
        {
            return null;
        }

        var sources = In(entry).ToArray();
        family.Overrides = family.Overrides with
        {
            Entry = entry,
            EntryModels = [.. sources.Select(s => s.Name).Distinct()],
            IsUnloaded = false,
        };
        family.Update([.. sources.Select(s => s with { Name = name })], labels: null);
        return family;
    }

    /// <summary>What an entry of the models folder has, as <c>digits.onnx</c>.</summary>
    public IEnumerable<ModelSource> In(string entry) => Found.Where(s => EntryOf(s) == entry);

    /// <summary>
    /// The version that was not asked for the longest, of those that may go to make room; null for none.
    /// </summary>
    /// <param name="needy">What the room is for.</param>
    public (ModelFamily Family, ModelSlot? Slot) LeastRecentlyUsed(ModelSlot needy)
    {
        var candidates =
            from family in _families.Values
            where !family.IsPinned
            from slot in family.Slots.Values
            where slot is { Serving: not null, Bytes: > 0, IsLoading: false } && slot != needy
            orderby slot.LastUsed
            select (family, slot);
        return candidates.FirstOrDefault();
    }

    /// <summary>Lets every ensemble be loaded anew, whatever its last load came to.</summary>
    /// <returns>Those that there are.</returns>
    public ModelFamily[] ResetEnsembles()
    {
        var ensembles = _families.Values.Where(f => f.Slots.Values.Any(s => s.Source?.Kind == SourceKind.Ensemble))
            .ToArray();
        foreach (var slot in ensembles.SelectMany(f => f.Slots.Values))
        {
            slot.MustReload = slot.Serving is not null;
            slot.Fault = null;
        }

        return ensembles;
    }

    /// <summary>Drops a model of which nothing is left, unless something was asked for it.</summary>
    public void RemoveIfGone(ModelFamily family)
    {
        if (family.IsGone && family.Overrides.IsEmpty && !_remembered.ContainsKey(family.Name))
        {
            _families.Remove(family.Name);
        }
    }

    /// <summary>What requests may see.</summary>
    /// <param name="leaving">Versions that are about to go.</param>
    public (Dictionary<string, ModelView> Models, List<(string Name, string What)> Failed) Show(
        HashSet<ModelSlot>? leaving)
    {
        var views = new Dictionary<string, ModelView>(StringComparer.Ordinal);
        List<(string Name, string What)> failed = [];
        foreach (var family in _families.Values)
        {
            var slots = family.Slots.Values.Where(s => s.IsServable && leaving?.Contains(s) != true).ToArray();
            if (slots.Length > 0)
            {
                var labels = new Dictionary<string, long>(family.Labels, StringComparer.Ordinal);
                views[family.Name] = new ModelView(
                    family.Name, slots, labels, family.Router,
                    options.DefaultLabel is { } label && family.WantedLabels.ContainsKey(label) ? label : null);
            }
            else
            {
                failed.AddRange(
                    family.Slots.Values.Where(s => s.Fault is not null).Select(
                        s => (s.Name, s.Source?.ToString() ?? s.Name)));
            }
        }

        failed.AddRange(Unreadable.Where(u => !views.ContainsKey(u.Name)).Select(u => (u.Name, u.Name)));
        return (views, failed);
    }

    private ModelFamily Create(string name)
    {
        var own = options.For(name);
        var family = new ModelFamily(name, own.IsLazy ?? false, own.IsPinned ?? false)
        {
            Overrides = _remembered.GetValueOrDefault(name) ?? new ModelOverrides(),
        };
        family.SetRoute(family.Overrides.HasRoute ? family.Overrides.Route : own.Route);
        return family;
    }

    /// <summary>
    /// What was registered under names of its own, of what the folder has; and only models that the registration was
    /// about, whose callers would else be led to others.
    /// </summary>
    private ModelSource[] Registered()
    {
        var named = _families.Values.Select(f => (f.Name, f.Overrides))
            .Concat(_remembered.Select(m => (Name: m.Key, Overrides: m.Value)));
        return [.. named.Where(n => n.Overrides.Entry is not null && ModelNames.IsValid(n.Name)).DistinctBy(n => n.Name)
            .SelectMany(
                n => In(n.Overrides.Entry!).Where(s => n.Overrides.Covers(s.Name))
                    .Select(s => s with { Name = n.Name }))];
    }

    private string EntryOf(ModelSource source)
    {
        var path = Path.GetRelativePath(options.ModelsPath, source.Location);
        return path == "." ? Path.GetFileName(source.Location) : path.Split(Path.DirectorySeparatorChar)[0];
    }
}
