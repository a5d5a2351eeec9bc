using MaaS.Training.Reports;

namespace MaaS.Training.Fitting;

/// <summary>What training came to.</summary>
/// <param name="Epochs">Each epoch, those before a resumed checkpoint included.</param>
/// <param name="BestEpoch">The epoch with the lowest validation loss, or training loss without a validation set; 1 for
/// the first, 0 where no loss was a number.</param>
/// <param name="StoppedEarly">Whether the validation loss stopped falling before the last epoch.</param>
/// <param name="Seconds">Wall time of this run, validation included.</param>
/// <param name="Plan">How the work was laid out on the machine.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochResult> Epochs, int BestEpoch, bool StoppedEarly, double Seconds, ExecutionPlan Plan);
