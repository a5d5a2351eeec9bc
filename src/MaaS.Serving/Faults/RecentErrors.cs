using System.Runtime.CompilerServices;

namespace MaaS.Serving.Faults;

/// <summary>What went wrong lately, one entry for each model, version and kind; nothing of any request is
/// kept.</summary>
internal sealed class RecentErrors(TimeProvider time)
{
    /// <summary>Most entries; the one that did not happen for the longest goes first.</summary>
    public const int Most = 64;

    private readonly Lock _lock = new();
    private readonly List<RecentError> _errors = [];
    private readonly ConditionalWeakTable<Exception, RecentErrors> _seen = [];

    /// <summary>Counts a failure. One that passes several layers counts once, where it is first seen.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="model">A model that is served; null where none was found.</param>
    /// <param name="version">Its version; null where it is not known.</param>
    public void Add(Exception exception, string? model = null, long? version = null)
    {
        if (!_seen.TryAdd(exception, this))
        {
            return;
        }

        var (kind, now) = (FailureKind.Of(exception), time.GetUtcNow());
        lock (_lock)
        {
            var i = _errors.FindIndex(e => e.Kind == kind && e.Model == model && e.Version == version);
            var (count, first) = i < 0 ? (0, now) : (_errors[i].Count, _errors[i].First);
            if (i >= 0 || _errors.Count == Most)
            {
                _errors.RemoveAt(Math.Max(i, 0));
            }

            _errors.Add(new RecentError(model, version, kind, count + 1, first, now));
        }
    }

    /// <summary>Whether a failure is counted already.</summary>
    public bool Knows(Exception exception) => _seen.TryGetValue(exception, out _);

    /// <summary>The entries, the latest first.</summary>
    public IReadOnlyList<RecentError> Read()
    {
        lock (_lock)
        {
            return [.. _errors.AsEnumerable().Reverse()];
        }
    }
}

/// <summary>Failures of one kind.</summary>
/// <param name="Model">Where; null where no model was found.</param>
/// <param name="Version">Its version; null where it is not known.</param>
/// <param name="Kind">See <see cref="FailureKind"/>.</param>
/// <param name="Count">How many.</param>
/// <param name="First">When the first of them was.</param>
/// <param name="Last">When the last of them was.</param>
internal sealed record RecentError(
    string? Model, long? Version, string Kind, long Count, DateTimeOffset First, DateTimeOffset Last);
