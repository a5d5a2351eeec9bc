using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning.Pruning;

/// <summary>What a pruner decides by.</summary>
/// <param name="Objective">What is made better.</param>
/// <param name="Trials">All trials of the study, this one among them, with what they reported.</param>
/// <param name="Number">The trial that has just reported.</param>
/// <param name="Step">Of that report, as the epoch; 1 for the first.</param>
public sealed record PruningContext(
    Objective Objective, IReadOnlyList<TrialRecord> Trials, long Number, long Step)
{
    /// <summary>What the trial reported so far.</summary>
    internal IReadOnlyDictionary<long, double> Reports => Trials.First(t => t.Number == Number).Reports;

    /// <summary>A value so that lower is better; what is not a number is worst.</summary>
    internal double Loss(double value)
        => double.IsNaN(value) ? double.PositiveInfinity : Objective.Loss(value);
}
