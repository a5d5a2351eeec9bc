using MaaS.Training.Reports;

namespace MaaS.Training.Fitting;

/// <summary>What training came to.</summary>
/// <param name="Epochs">Each epoch, those before a resumed checkpoint included.</param>
/// <param name="BestEpoch">The epoch with the best monitored metric, of the validation set where there is one: the
/// lowest loss unless options or task say otherwise; 1 for the first, 0 where it was never a number.</param>
/// <param name="StoppedEarly">Whether the monitored metric stopped getting better before the last epoch.</param>
/// <param name="Seconds">Wall time of this run, validation included.</param>
/// <param name="Plan">How the work was laid out on the machine.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochResult> Epochs, int BestEpoch, bool StoppedEarly, double Seconds, ExecutionPlan Plan)
{
    /// <summary>What went wrong without ending the run.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
