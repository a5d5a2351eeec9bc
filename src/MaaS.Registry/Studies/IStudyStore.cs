namespace MaaS.Registry.Studies;

/// <summary>Keeps studies and their trials. Safe for many workers at once: a trial has at most one at a time, and a
/// number is given once.</summary>
/// <remarks>
/// A worker claims a trial, gives it parameters where it has none, shows every so often that it lives, and ends it. A
/// worker that shows no life loses the trial, which waits for another one. What needs a <see cref="TrialHold"/> does
/// nothing and returns false when the trial belongs to somebody else by now.
/// </remarks>
public interface IStudyStore
{
    /// <summary>The study of that name; begins it where there is none.</summary>
    /// <param name="name">1 to 200 characters.</param>
    /// <param name="definition">Kept when the study is begun.</param>
    /// <param name="cancellationToken">Leaves no study behind.</param>
    Task<StudyRecord> OpenAsync(string name, string definition, CancellationToken cancellationToken = default);

    /// <summary>The study of that name; null where there is none.</summary>
    Task<StudyRecord?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>All trials of a study by number.</summary>
    /// <param name="study">Its <see cref="StudyRecord.Id"/>.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<TrialRecord>> TrialsAsync(long study, CancellationToken cancellationToken = default);

    /// <summary>Frees the trials of dead workers, then claims the first one that waits, or else a new one.</summary>
    /// <param name="study">Its <see cref="StudyRecord.Id"/>.</param>
    /// <param name="request">Who asks, and the limits.</param>
    /// <param name="cancellationToken">Claims nothing.</param>
    Task<TrialClaim> ClaimAsync(long study, ClaimRequest request, CancellationToken cancellationToken = default);

    /// <summary>Gives a claimed trial its parameters.</summary>
    Task<bool> SetParametersAsync(
        TrialHold hold, IReadOnlyDictionary<string, ParameterValue> parameters,
        CancellationToken cancellationToken = default);

    /// <summary>Shows that the worker lives.</summary>
    Task<bool> BeatAsync(TrialHold hold, CancellationToken cancellationToken = default);

    /// <summary>Keeps a value on the way, in place of an earlier one of the same step.</summary>
    Task<bool> ReportAsync(TrialHold hold, long atStep, double value, CancellationToken cancellationToken = default);

    /// <summary>Ends a trial.</summary>
    /// <exception cref="ArgumentException">State and values do not fit together.</exception>
    Task<bool> EndAsync(TrialHold hold, TrialOutcome outcome, CancellationToken cancellationToken = default);

    /// <summary>Gives a trial back as if it had not been begun: it waits for the next worker.</summary>
    Task<bool> ReleaseAsync(TrialHold hold, CancellationToken cancellationToken = default);

    /// <summary>Adds a trial with known parameters; what is there already is not added twice: a given one of the same
    /// parameters, or one taken over of the same origin, parameters and values.</summary>
    /// <param name="study">Its <see cref="StudyRecord.Id"/>.</param>
    /// <param name="trial">Given to be run, or ended elsewhere.</param>
    /// <param name="cancellationToken">Adds nothing.</param>
    /// <returns>Its number, and whether it is new.</returns>
    Task<(long Number, bool Added)> AddAsync(
        long study, NewTrial trial, CancellationToken cancellationToken = default);
}
