using MaaS.Training.Fitting;

namespace MaaS.Training.Pruning;

/// <summary>Pruning in one line, as a model's lineage records it.</summary>
internal static class PruningStepText
{
    public static string Of(PruningReport report, TrainerOptions? fineTuning)
        => $"channel pruning ({report.Criterion}): {report.Before.Parameters:n0} to {report.Final.Parameters:n0} "
            + "parameters, "
            + $"{(double)report.Final.Macs / report.Before.Macs:p0} of the MACs"
            + (fineTuning is null ? "" : $", fine-tuned for {fineTuning.Epochs} epochs");
}
