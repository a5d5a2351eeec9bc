using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Pruning;

namespace MaaS.Training.Tuning;

/// <summary>A trial that this worker holds.</summary>
public sealed class Trial
{
    private readonly IStudyStore _store;
    private readonly StudyOptions _options;
    private readonly Dictionary<string, ParameterValue> _attributes = new(StringComparer.Ordinal);

    internal Trial(IStudyStore store, StudyOptions options, TrialRecord record, TrialHold hold)
        => (_store, _options, Record, Hold) = (store, options, record, hold);

    /// <summary>Its number in the study, 0 for the first.</summary>
    public long Number => Record.Number;

    /// <summary>Values by name, of the parameters that have a say in this trial.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters => Record.Parameters!;

    /// <summary>Whether the pruner has said to stop.</summary>
    public bool PruneAdvised { get; private set; }

    internal TrialRecord Record { get; }

    internal TrialHold Hold { get; }

    /// <summary>Whether a parameter has a say in this trial.</summary>
    public bool Has(string name) => Parameters.ContainsKey(name);

    /// <summary>The value of a number.</summary>
    /// <exception cref="KeyNotFoundException">It has no say in this trial.</exception>
    /// <exception cref="InvalidOperationException">It is a text.</exception>
    public double Float(string name) => Value(name).Number;

    /// <summary>The value of a whole number.</summary>
    /// <exception cref="KeyNotFoundException">It has no say in this trial.</exception>
    /// <exception cref="InvalidOperationException">It is no whole number.</exception>
    public int Int(string name) => Value(name).Number is var number && double.IsInteger(number)
        ? checked((int)number) : throw new InvalidOperationException(
            $"trial {Number}: '{name}': expected a whole number, got {number}.");

    /// <summary>The value of a choice as a text.</summary>
    /// <exception cref="KeyNotFoundException">It has no say in this trial.</exception>
    public string Text(string name) => Value(name).ToString();

    /// <summary>Notes something beside the values, as the time of a fit; kept when the trial ends.</summary>
    public void Note(string name, ParameterValue value) => _attributes[name] = value;

    /// <summary>Reports a value on the way, of the first objective, and shows that the worker lives.</summary>
    /// <param name="step">As the epoch; 1 for the first.</param>
    /// <param name="value">Like the trial's value at its end; not a number where training came to none.</param>
    /// <param name="cancellationToken">Reports nothing.</param>
    /// <returns>Whether the pruner says to stop: end the trial with <see cref="PruneAsync"/>, or throw
    /// <see cref="TrialPrunedException"/> in an objective.</returns>
    /// <exception cref="TrialLostException">The trial belongs to another worker by now.</exception>
    public async Task<bool> ReportAsync(long step, double value, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (!await _store.ReportAsync(Hold, step, value, cancellationToken).ConfigureAwait(false))
        {
            throw new TrialLostException(Number);
        }

        if (_options.Pruner is { } pruner)
        {
            var trials = await _store.TrialsAsync(Hold.Study, cancellationToken).ConfigureAwait(false);
            PruneAdvised |= pruner.ShouldPrune(new PruningContext(_options.Objectives[0], trials, Number, step));
        }

        return PruneAdvised;
    }

    /// <summary>Shows that the worker lives.</summary>
    /// <returns>Whether the trial is still its own.</returns>
    public Task<bool> BeatAsync(CancellationToken cancellationToken = default)
        => _store.BeatAsync(Hold, cancellationToken);

    /// <summary>Ends it with its values.</summary>
    /// <param name="values">Finite, one an objective.</param>
    /// <param name="cancellationToken">Leaves it running.</param>
    /// <returns>False where the trial belongs to another worker by now, whose word counts.</returns>
    /// <exception cref="ArgumentException">There are not as many values as objectives, or one is not
    /// finite.</exception>
    public Task<bool> CompleteAsync(IReadOnlyList<double> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count == _options.Objectives.Count && values.All(double.IsFinite)
            ? _store.EndAsync(
                Hold, new TrialOutcome(TrialState.Complete, values, Attributes: _attributes), cancellationToken)
            : throw new ArgumentException(
                $"trial {Number}: expected a finite value for each of [{string.Join(", ", _options.Objectives)}], got "
                    + $"[{string.Join(", ", values)}].", nameof(values));
    }

    /// <summary>Ends it with its value.</summary>
    /// <inheritdoc cref="CompleteAsync(IReadOnlyList{double}, CancellationToken)"/>
    public Task<bool> CompleteAsync(double value, CancellationToken cancellationToken = default)
        => CompleteAsync([value], cancellationToken);

    /// <summary>Ends it early, as the pruner said.</summary>
    /// <returns>False where the trial belongs to another worker by now.</returns>
    public Task<bool> PruneAsync(CancellationToken cancellationToken = default)
        => _store.EndAsync(
            Hold, new TrialOutcome(TrialState.Pruned, Attributes: _attributes), cancellationToken);

    /// <summary>Ends it without values.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Leaves it running.</param>
    /// <returns>False where the trial belongs to another worker by now.</returns>
    public Task<bool> FailAsync(string reason, CancellationToken cancellationToken = default)
        => _store.EndAsync(
            Hold, new TrialOutcome(TrialState.Failed, Note: reason, Attributes: _attributes), cancellationToken);

    /// <summary>Gives it back as if it had not been begun.</summary>
    /// <returns>False where the trial belongs to another worker by now.</returns>
    public Task<bool> ReleaseAsync(CancellationToken cancellationToken = default)
        => _store.ReleaseAsync(Hold, cancellationToken);

    private ParameterValue Value(string name) => Parameters.TryGetValue(name, out var value) ? value
        : throw new KeyNotFoundException(
            $"trial {Number}: expected one of the parameters [{string.Join(", ", Parameters.Keys)}], got '{name}'.");
}
