using MaaS.Core.Packages;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Models;

/// <content>Models under names of their own, and their instances, as TorchServe's clients register and scale them.</content>
internal sealed partial class ModelLifecycle
{
    private IReadOnlyList<ModelSource> _scanned = [];

    /// <summary>Whether a model was unloaded as a whole.</summary>
    public bool IsUnloaded(string name)
    {
        lock (_gate)
        {
            return _families.GetValueOrDefault(name)?.Wishes.IsUnloaded == true;
        }
    }

    /// <summary>The versions of a model that shall be loaded, or that serve.</summary>
    public IReadOnlyList<ModelVersionStatus> WantedStatus(string name)
    {
        lock (_gate)
        {
            var wanted = _families.GetValueOrDefault(name)?.Wanted();
            return [.. Status(name).Where(s => wanted is null || wanted.Contains(s.Version) || s.IsServable)];
        }
    }

    /// <summary>Runs at once of a model's versions; null where nothing counts them.</summary>
    public int? Instances(string name)
    {
        lock (_gate)
        {
            return _families.GetValueOrDefault(name)?.Slots.Values.Select(s => s.Serving?.Runner.Instances).LastOrDefault(i => i is not null);
        }
    }

    /// <summary>Sets how many runs of a model there may be at once, from the next run on and over restarts.</summary>
    public void SetInstances(string name, int instances)
    {
        lock (_gate)
        {
            if (_families.TryGetValue(name, out var family))
            {
                family.Wishes = family.Wishes with { Instances = instances };
                foreach (var served in family.Slots.Values.Select(s => s.Serving).OfType<ServedModel>())
                {
                    served.Runner.Instances = instances;
                }
            }
        }

        Store();
    }

    /// <summary>Serves an entry of the models folder under another name as well.</summary>
    /// <param name="name">The name.</param>
    /// <param name="entry">Name of a file or folder of the models folder.</param>
    /// <param name="caller">Who may use every model of the entry.</param>
    /// <returns>False where there is no such entry.</returns>
    /// <exception cref="RequestException">409: another model has the name. 403: the entry is kept from the caller.</exception>
    public bool Register(string name, string entry, Caller caller)
    {
        lock (_gate)
        {
            var sources = _scanned.Where(s => EntryOf(s) == entry).ToArray();

            // A package says its model's name itself. Whether an entry of another name is there is not for them to know.
            var held = sources.Length > 0 ? sources.Select(s => s.Name) : [Path.GetFileNameWithoutExtension(entry)];
            if (!held.All(caller.MayUse))
            {
                throw new RequestException(
                    StatusCodes.Status403Forbidden, $"expected a file or folder of models that '{caller.Name}' may use, got '{entry}'");
            }

            if (sources.Length == 0)
            {
                return false;
            }

            if (!_families.TryGetValue(name, out var family))
            {
                family = CreateFamily(name);
                _families.Add(name, family);
            }
            else if (family.Wishes.Entry != entry && _scanned.Any(s => s.Name == name))
            {
                throw new RequestException(409, $"expected a name that no model of the models folder has, got '{name}'");
            }

            family.Wishes = family.Wishes with { Entry = entry, EntryModels = [.. sources.Select(s => s.Name).Distinct()], IsUnloaded = false };
            family.Update([.. sources.Select(s => s with { Name = name })], labels: null);
            Advance([family]);
        }

        Store();
        return true;
    }

    /// <summary>
    /// What was registered under names of its own, of what the folder has; and only models that the registration was about, whose
    /// callers would else be led to others.
    /// </summary>
    private IEnumerable<ModelSource> Registered(IReadOnlyList<ModelSource> scanned)
    {
        var wishes = _families.Values.Select(f => (f.Name, f.Wishes)).Concat(_stored.Models.Select(m => (Name: m.Key, Wishes: m.Value)));
        return wishes.Where(w => w.Wishes.Entry is not null && ModelNames.IsValid(w.Name)).DistinctBy(w => w.Name).SelectMany(w => scanned
            .Where(s => EntryOf(s) == w.Wishes.Entry && w.Wishes.Covers(s.Name)).Select(s => s with { Name = w.Name })).ToArray();
    }

    /// <summary>The entry of the models folder that a source is in, as <c>digits.onnx</c>.</summary>
    private string EntryOf(ModelSource source)
    {
        var path = Path.GetRelativePath(_options.ModelsPath, source.Location);
        return path == "." ? Path.GetFileName(source.Location) : path.Split(Path.DirectorySeparatorChar)[0];
    }
}
