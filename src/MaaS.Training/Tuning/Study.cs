using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning;

/// <summary>Looks for the parameters that make one or several objectives best, trial by trial; many processes may work
/// on one study, and a study that was interrupted goes on where it was.</summary>
/// <example><code>
/// var study = await Study.OpenAsync(new SearchSpace().Float("x", -5, 5));
/// var result = await study.OptimizeAsync(
///     (trial, _) => Task.FromResult(Math.Pow(trial.Float("x") - 2, 2)), new OptimizeOptions { Trials = 50 });
/// Console.WriteLine(result.Best!.Parameters!["x"]);
/// </code></example>
public sealed partial class Study
{
    private static readonly string Worker = $"{Environment.MachineName}:{Environment.ProcessId}";

    private readonly IStudyStore _store;
    private readonly StudyOptions _options;
    private readonly StudyRecord _record;

    private Study(IStudyStore store, SearchSpace space, StudyOptions options, StudyRecord record)
        => (_store, Space, _options, _record) = (store, space, options, record);

    /// <summary>Its name in the store.</summary>
    public string Name => _record.Name;

    /// <summary>The parameters.</summary>
    public SearchSpace Space { get; }

    /// <summary>What is made better.</summary>
    public IReadOnlyList<Objective> Objectives => _options.Objectives;

    /// <summary>Begins a study, or opens the one of that name to go on with it.</summary>
    /// <param name="space">The parameters, at least one.</param>
    /// <param name="options">Name, objectives, sampler, pruner, seed; null for the defaults.</param>
    /// <param name="store">Where it is kept; null for this process's memory.</param>
    /// <param name="cancellationToken">Leaves no study behind.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the study of that name was begun with
    /// other parameters, objectives or another subject.</exception>
    public static async Task<Study> OpenAsync(
        SearchSpace space, StudyOptions? options = null, IStudyStore? store = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        options ??= new StudyOptions();
        options.Check();
        if (space.Parameters.Count == 0)
        {
            throw new ArgumentException($"study '{options.Name}': expected at least one parameter.", nameof(space));
        }

        store ??= new InMemoryStudyStore(options.Clock);
        var definition = StudyDefinition.Of(space, options);
        var record = await store.OpenAsync(options.Name, definition.ToJson(), cancellationToken).ConfigureAwait(false);
        definition.Require(options.Name, StudyDefinition.Parse(options.Name, record.Definition));
        return new Study(store, space, options, record);
    }

    /// <summary>All trials by number.</summary>
    public Task<IReadOnlyList<TrialRecord>> TrialsAsync(CancellationToken cancellationToken = default)
        => _store.TrialsAsync(_record.Id, cancellationToken);

    /// <summary>What the study has come to so far.</summary>
    public async Task<StudyResult> ResultAsync(CancellationToken cancellationToken = default)
        => new(Name, Space, Objectives, await TrialsAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>A trial for whoever runs it on its own: end it with one of its methods, and show in between that the
    /// worker lives.</summary>
    /// <param name="mostTrials">Trials that the study may have; null for any number.</param>
    /// <param name="cancellationToken">Claims nothing.</param>
    /// <returns>Null where there is none to run.</returns>
    public async Task<Trial?> AskAsync(long? mostTrials = null, CancellationToken cancellationToken = default)
        => (await ClaimAsync(mostTrials, cancellationToken).ConfigureAwait(false)).Trial;

    /// <summary>Adds a trial with parameters that are known to be worth it; it is run before others are drawn. Adding
    /// it again adds nothing.</summary>
    /// <param name="parameters">A value for each parameter that has a say.</param>
    /// <param name="cancellationToken">Adds nothing.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="ArgumentException">They are no point of the space.</exception>
    public async Task<long> EnqueueAsync(
        IReadOnlyDictionary<string, ParameterValue> parameters, CancellationToken cancellationToken = default)
    {
        if (Space.Fault(parameters) is { } fault)
        {
            throw new ArgumentException($"study '{Name}': {fault}.", nameof(parameters));
        }

        return (await _store.AddAsync(_record.Id, new NewTrial(parameters), cancellationToken).ConfigureAwait(false))
            .Number;
    }

    /// <summary>Takes the complete and the pruned trials of another study over, so that samplers and pruners know them.
    /// What was taken over before is not taken twice; a study of the same name in another store is another
    /// one.</summary>
    /// <param name="name">The other study.</param>
    /// <param name="from">Where it is kept; null for this study's store.</param>
    /// <param name="cancellationToken">Stops between two trials.</param>
    /// <returns>How many were taken, and how many are no points of this space or have other objectives.</returns>
    /// <exception cref="KeyNotFoundException">There is no such study.</exception>
    /// <exception cref="ArgumentException">It is this study.</exception>
    public async Task<(int Taken, int LeftOut)> TakeOverAsync(
        string name, IStudyStore? from = null, CancellationToken cancellationToken = default)
    {
        from ??= _store;
        var other = await from.FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"study '{Name}': expected a study to take over, got '{name}'.");
        if (other == _record)
        {
            throw new ArgumentException(
                $"study '{Name}': expected another study to take over, got the study itself.", nameof(name));
        }

        var sameObjectives = StudyDefinition.Parse(name, other.Definition).Objectives.SequenceEqual(
            Objectives.Select(static o => o.ToString()));
        var (taken, leftOut) = (0, 0);
        foreach (var trial in await from.TrialsAsync(other.Id, cancellationToken).ConfigureAwait(false))
        {
            if (trial.State is not (TrialState.Complete or TrialState.Pruned))
            {
                continue;
            }

            if (!sameObjectives || Space.Fault(trial.Parameters!) is not null)
            {
                leftOut++;
                continue;
            }

            var outcome = new TrialOutcome(trial.State, trial.Values, Attributes: trial.Attributes);
            var (_, added) = await _store.AddAsync(
                _record.Id,
                new NewTrial(trial.Parameters!, trial.IsTakenOver ? trial.Origin! : $"{name}#{trial.Number}", outcome,
                    trial.Reports),
                cancellationToken).ConfigureAwait(false);
            taken += added ? 1 : 0;
        }

        return (taken, leftOut);
    }

    private async Task<(Trial? Trial, bool OthersRun)> ClaimAsync(
        long? mostTrials, CancellationToken cancellationToken)
    {
        if (_options.Sampler.Points(Space) is { } points)
        {
            var given = (await TrialsAsync(cancellationToken).ConfigureAwait(false))
                .Count(static t => t.Origin == TrialRecord.Given);
            mostTrials = Math.Min(mostTrials ?? long.MaxValue, points + given);
        }

        var request = new ClaimRequest(Worker, mostTrials, _options.HeartbeatTimeout, _options.MostAttempts);
        while (true)
        {
            var claim = await _store.ClaimAsync(_record.Id, request, cancellationToken).ConfigureAwait(false);
            if (claim.Trial is not { } trial)
            {
                return (null, claim.OthersRun);
            }

            if ((trial.Parameters ?? await DrawOrReleaseAsync(trial, claim.Hold!, cancellationToken)
                .ConfigureAwait(false)) is { } parameters)
            {
                return (new Trial(_store, _options, trial with { Parameters = parameters }, claim.Hold!), false);
            }

            // Drawing took so long that another worker has the trial: the next one is claimed.
        }
    }

    // What is claimed and not drawn would count as running until its heartbeat is too old.
    private async Task<IReadOnlyDictionary<string, ParameterValue>?> DrawOrReleaseAsync(
        TrialRecord trial, TrialHold hold, CancellationToken cancellationToken)
    {
        try
        {
            return await DrawAsync(trial, hold, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _store.ReleaseAsync(hold, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>Null where the trial belongs to another worker by now.</returns>
    private async Task<IReadOnlyDictionary<string, ParameterValue>?> DrawAsync(
        TrialRecord trial, TrialHold hold, CancellationToken cancellationToken)
    {
        var trials = await TrialsAsync(cancellationToken).ConfigureAwait(false);
        var draw = trials.Count(t => t.Number < trial.Number && t.Origin is null);
        var parameters = _options.Sampler.Sample(
            new SamplingContext(
                Space, Objectives, [.. trials.Where(t => t.Number != trial.Number)], draw, _options.Seed));
        if (Space.Fault(parameters) is { } fault)
        {
            throw new InvalidOperationException($"sampler '{_options.Sampler.Name}': {fault}.");
        }

        return await _store.SetParametersAsync(hold, parameters, cancellationToken).ConfigureAwait(false)
            ? parameters : null;
    }
}
