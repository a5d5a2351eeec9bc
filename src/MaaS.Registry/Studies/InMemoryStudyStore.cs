namespace MaaS.Registry.Studies;

/// <summary>Studies that end with the process.</summary>
/// <param name="clock">Tells heartbeats; null for the system's.</param>
public sealed class InMemoryStudyStore(TimeProvider? clock = null) : IStudyStore
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly List<(StudyRecord Record, List<Entry> Trials)> _studies = [];

    /// <inheritdoc/>
    public Task<StudyRecord> OpenAsync(string name, string definition, CancellationToken cancellationToken = default)
        => Locked(() =>
        {
            StudyNames.Check(name);
            if (_studies.Find(s => s.Record.Name == name).Record is { } found)
            {
                return found;
            }

            var study = new StudyRecord(_studies.Count + 1, name, definition, _clock.GetUtcNow());
            _studies.Add((study, []));
            return study;
        });

    /// <inheritdoc/>
    public Task<StudyRecord?> FindAsync(string name, CancellationToken cancellationToken = default)
        => Locked<StudyRecord?>(() => _studies.Find(s => s.Record.Name == name).Record);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TrialRecord>> TrialsAsync(long study, CancellationToken cancellationToken = default)
        => Locked<IReadOnlyList<TrialRecord>>(() => [.. Trials(study).Select(static t => t.Record)]);

    /// <inheritdoc/>
    public Task<TrialClaim> ClaimAsync(
        long study, ClaimRequest request, CancellationToken cancellationToken = default)
        => Locked(() =>
        {
            ArgumentNullException.ThrowIfNull(request);
            var trials = Trials(study);
            Free(trials, request);
            var entry = trials.Find(static t => t.Record.State == TrialState.Waiting);
            if (entry is null)
            {
                if (trials.Count(static t => !t.Record.IsTakenOver) >= request.MostTrials)
                {
                    return new TrialClaim(
                        null, null, trials.Exists(static t => t.Record.State == TrialState.Running));
                }

                entry = Add(trials, new TrialRecord
                {
                    Number = trials.Count,
                    State = TrialState.Waiting,
                    Created = _clock.GetUtcNow(),
                });
            }

            entry.Token = Guid.NewGuid().ToString("N");
            entry.Heartbeat = _clock.GetUtcNow();
            entry.Record = entry.Record with
            {
                State = TrialState.Running,
                Attempts = entry.Record.Attempts + 1,
                Worker = request.Worker,
                Started = entry.Heartbeat,
                Reports = new Dictionary<long, double>(),
            };
            return new TrialClaim(entry.Record, new TrialHold(study, entry.Record.Number, entry.Token), false);
        });

    /// <inheritdoc/>
    public Task<bool> SetParametersAsync(
        TrialHold hold, IReadOnlyDictionary<string, ParameterValue> parameters,
        CancellationToken cancellationToken = default)
        => Held(hold, entry => entry.Record = entry.Record with { Parameters = parameters });

    /// <inheritdoc/>
    public Task<bool> BeatAsync(TrialHold hold, CancellationToken cancellationToken = default)
        => Held(hold, entry => entry.Heartbeat = _clock.GetUtcNow());

    /// <inheritdoc/>
    public Task<bool> ReportAsync(
        TrialHold hold, long atStep, double value, CancellationToken cancellationToken = default)
        => Held(hold, entry =>
        {
            // A copy, because the record before it may be in somebody's hands.
            entry.Record = entry.Record with
            {
                Reports = new Dictionary<long, double>(entry.Record.Reports) { [atStep] = value },
            };
            entry.Heartbeat = _clock.GetUtcNow();
        });

    /// <inheritdoc/>
    public Task<bool> EndAsync(TrialHold hold, TrialOutcome outcome, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        outcome.Check();
        return Held(hold, entry => End(entry, outcome));
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(TrialHold hold, CancellationToken cancellationToken = default)
        => Held(hold, static entry => entry.Record = entry.Record with
        {
            State = TrialState.Waiting,
            Attempts = entry.Record.Attempts - 1,
        });

    /// <inheritdoc/>
    public Task<(long Number, bool Added)> AddAsync(
        long study, NewTrial trial, CancellationToken cancellationToken = default)
        => Locked(() =>
        {
            ArgumentNullException.ThrowIfNull(trial);
            trial.Outcome?.Check();
            var trials = Trials(study);
            var text = ParameterText.Write(trial.Parameters);
            var known = trials.Find(t => t.Record.Origin == trial.Origin
                && ParameterText.Write(t.Record.Parameters!) == text
                && (!t.Record.IsTakenOver || SameValues(t.Record.Values, trial.Outcome?.Values)));
            if (known is not null)
            {
                return (known.Record.Number, false);
            }

            var entry = Add(trials, new TrialRecord
            {
                Number = trials.Count,
                State = TrialState.Waiting,
                Origin = trial.Origin,
                Parameters = trial.Parameters,
                Created = _clock.GetUtcNow(),
                Reports = trial.Reports ?? new Dictionary<long, double>(),
            });
            if (trial.Outcome is { } outcome)
            {
                End(entry, outcome);
            }

            return (entry.Record.Number, true);
        });

    private static bool SameValues(IReadOnlyList<double>? one, IReadOnlyList<double>? other)
        => (one ?? []).SequenceEqual(other ?? []);

    private void Free(List<Entry> trials, ClaimRequest request)
    {
        var alive = _clock.GetUtcNow() - request.Timeout;
        foreach (var dead in trials.Where(
            t => t.Record.State == TrialState.Running && t.Heartbeat < alive).ToList())
        {
            if (dead.Record.Attempts < request.MostAttempts)
            {
                dead.Record = dead.Record with { State = TrialState.Waiting };
            }
            else
            {
                End(dead, new TrialOutcome(TrialState.Failed, Note: StudyNames.Died(dead.Record.Attempts)));
            }
        }
    }

    private void End(Entry entry, TrialOutcome outcome) => entry.Record = entry.Record with
    {
        State = outcome.State,
        Values = outcome.Values,
        Note = outcome.Note,
        Attributes = outcome.Attributes ?? entry.Record.Attributes,
        Ended = _clock.GetUtcNow(),
    };

    private static Entry Add(List<Entry> trials, TrialRecord record)
    {
        var entry = new Entry { Record = record };
        trials.Add(entry);
        return entry;
    }

    private List<Entry> Trials(long study)
        => study >= 1 && study <= _studies.Count ? _studies[(int)study - 1].Trials : throw StudyNames.Missing(study);

    private Task<bool> Held(TrialHold hold, Action<Entry> change) => Locked(() =>
    {
        ArgumentNullException.ThrowIfNull(hold);
        var entry = Trials(hold.Study)[(int)hold.Number];
        if (entry.Record.State != TrialState.Running || entry.Token != hold.Token)
        {
            return false;
        }

        change(entry);
        return true;
    });

    private Task<T> Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return Task.FromResult(work());
        }
    }

    private sealed class Entry
    {
        public required TrialRecord Record { get; set; }

        public string? Token { get; set; }

        public DateTimeOffset Heartbeat { get; set; }
    }
}
