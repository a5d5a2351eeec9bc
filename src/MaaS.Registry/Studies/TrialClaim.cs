namespace MaaS.Registry.Studies;

/// <summary>What a worker asks for.</summary>
/// <param name="Worker">Who asks, as machine and process.</param>
/// <param name="MostTrials">Trials that the study may have, those taken over not counted; null for any number.</param>
/// <param name="Timeout">Without a heartbeat for so long a worker counts as dead.</param>
/// <param name="MostAttempts">How often a trial is begun before it counts as failed, at least 1.</param>
public sealed record ClaimRequest(string Worker, long? MostTrials, TimeSpan Timeout, int MostAttempts);

/// <summary>What a worker gets.</summary>
/// <param name="Trial">The trial that is its own now; null where there is none.</param>
/// <param name="Hold">What proves it; null where there is none.</param>
/// <param name="OthersRun">Whether others work on trials, one of which may yet come free.</param>
public sealed record TrialClaim(TrialRecord? Trial, TrialHold? Hold, bool OthersRun);

/// <summary>Proves that a worker holds a trial: nobody else's word on it counts until it is given back.</summary>
/// <param name="Study">The study's <see cref="StudyRecord.Id"/>.</param>
/// <param name="Number">The trial.</param>
/// <param name="Token">Drawn when it was claimed.</param>
public sealed record TrialHold(long Study, long Number, string Token);

/// <summary>How a trial ended.</summary>
/// <param name="State">Complete, pruned or failed.</param>
/// <param name="Values">Finite, one an objective, of a complete one; else null.</param>
/// <param name="Note">Why it failed; else null.</param>
/// <param name="Attributes">What else is known of it; null for nothing.</param>
public sealed record TrialOutcome(
    TrialState State, IReadOnlyList<double>? Values = null, string? Note = null,
    IReadOnlyDictionary<string, ParameterValue>? Attributes = null)
{
    internal void Check()
    {
        if (State is not (TrialState.Complete or TrialState.Pruned or TrialState.Failed)
            || (State == TrialState.Complete) != (Values is { Count: > 0 })
            || Values?.All(double.IsFinite) == false)
        {
            throw new ArgumentException(
                "study: expected a trial that is complete with finite values, or pruned or failed without, got "
                    + $"{State} with {(Values is null ? "none" : $"[{string.Join(", ", Values)}]")}.");
        }
    }
}

/// <summary>A trial that no sampler draws.</summary>
/// <param name="Parameters">Values by name.</param>
/// <param name="Origin"><see cref="TrialRecord.Given"/> or <c>STUDY#NUMBER</c>.</param>
/// <param name="Outcome">How it ended; null for one that is still to be run.</param>
/// <param name="Reports">Values on the way, by step; null for none.</param>
public sealed record NewTrial(
    IReadOnlyDictionary<string, ParameterValue> Parameters, string Origin = TrialRecord.Given,
    TrialOutcome? Outcome = null, IReadOnlyDictionary<long, double>? Reports = null);
