namespace MaaS.Serving.Models;

/// <summary>
/// Lets a change of the models folder through once it has stayed as it is for a while: a file that is still being
/// copied is not loaded, and one that is being replaced is not taken for deleted.
/// </summary>
internal sealed class ScanSettler(TimeSpan settleTime, TimeProvider time)
{
    private Dictionary<string, (string State, long Since)> _changing = new(StringComparer.Ordinal);
    private ModelScan _accepted = new([], new Dictionary<string, IReadOnlyDictionary<string, long>>(), []);

    /// <summary>Whether some change is still too young.</summary>
    public bool IsSettled => _changing.Count == 0;

    /// <summary>What holds now.</summary>
    /// <param name="seen">A new look.</param>
    /// <param name="atOnce">Whether changes hold however young they are.</param>
    public ModelScan Accept(ModelScan seen, bool atOnce = false)
    {
        var before = _accepted.Sources.ToDictionary(s => s.Location, StringComparer.Ordinal);
        var unreadable = seen.Unreadable.Select(u => u.Location).ToHashSet(StringComparer.Ordinal);
        var still = new Dictionary<string, (string State, long Since)>(StringComparer.Ordinal);
        bool Holds(string location, string state)
        {
            var known = _changing.TryGetValue(location, out var change) && change.State == state
                ? change : (State: state, Since: time.GetTimestamp());
            if (atOnce || time.GetElapsedTime(known.Since) >= settleTime)
            {
                return true;
            }

            still[location] = known;
            return false;
        }

        List<ModelSource> sources = [];
        foreach (var source in seen.Sources)
        {
            var old = before.GetValueOrDefault(source.Location);
            before.Remove(source.Location);
            if (old == source || Holds(source.Location, $"{source}:{source.Fingerprint}"))
            {
                sources.Add(source);
            }
            else if (old is not null)
            {
                sources.Add(old);
            }
        }

        // What cannot be read may be there as it was: only what is gone for certain goes.
        sources.AddRange(before.Values.Where(old
            => IsWithin(old.Location, unreadable) || !Holds(old.Location, "gone")));

        var labels = new Dictionary<string, IReadOnlyDictionary<string, long>>(seen.Labels, StringComparer.Ordinal);
        foreach (var (name, old) in _accepted.Labels)
        {
            if (sources.Exists(s => s.Name == name))
            {
                labels.TryAdd(name, old);
            }
        }

        var reported = _accepted.Unreadable.ToDictionary(u => u.Location, u => u.Cause.Message, StringComparer.Ordinal);
        var failed = seen.Unreadable
            .Where(u => reported.GetValueOrDefault(u.Location) == u.Cause.Message || Holds(u.Location, u.Cause.Message))
            .ToArray();
        _changing = still;
        return _accepted = new ModelScan(sources, labels, failed);
    }

    private static bool IsWithin(string location, HashSet<string> folders)
    {
        for (var at = location; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (folders.Contains(at))
            {
                return true;
            }
        }

        return false;
    }
}
