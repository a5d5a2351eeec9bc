using MaaS.Training.Fitting.Callbacks;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Averages;

/// <summary>The mean of the weights at the end of each epoch from one on, which lies in flatter valleys of the loss
/// than any of them.</summary>
/// <remarks>Izmailov et al. 2018, algorithm 1; PyTorch's <c>AveragedModel</c>. It wants a learning rate that stays
/// high: a constant <see cref="TrainerOptions.Schedule"/>, or <see cref="TrainerOptions.LearningRateAt"/>.</remarks>
public sealed class StochasticWeightAverage : WeightAverage
{
    private readonly int _firstEpoch;

    /// <summary>An average.</summary>
    /// <param name="firstEpoch">The first epoch whose weights count, at least 1.</param>
    public StochasticWeightAverage(int firstEpoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstEpoch, 1);
        _firstEpoch = firstEpoch;
    }

    /// <summary>Runs training batches through the model, in training mode and without gradients, out of which batch
    /// norms take the statistics of the averaged weights, as PyTorch's <c>update_bn</c> does; null to average those of
    /// the epochs.</summary>
    public Action<nn.Module>? TrainingBatches { get; init; }

    /// <inheritdoc/>
    public override void OnValidationStart(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Epoch >= _firstEpoch)
        {
            Move(context, 1.0 / (Count + 1));
        }

        base.OnValidationStart(context);
    }

    private protected override void Entered(TrainingContext context)
    {
        if (TrainingBatches is not null)
        {
            BatchNormStatistics.Refresh(context.Model, TrainingBatches);
        }
    }
}
