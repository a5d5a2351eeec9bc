namespace MaaS.Training.Tuning;

/// <summary>Ends a trial that the pruner says is not worth going on with.</summary>
public sealed class TrialPrunedException() : Exception("study: the pruner stopped this trial.");
