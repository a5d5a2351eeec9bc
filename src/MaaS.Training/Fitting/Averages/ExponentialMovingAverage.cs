using MaaS.Training.Fitting.Callbacks;

namespace MaaS.Training.Fitting.Averages;

/// <summary>An average that forgets: after each update of the weights w it becomes d·average + (1 − d)·w.</summary>
/// <remarks>Polyak, Juditsky 1992; PyTorch's <c>AveragedModel</c> with <c>get_ema_avg_fn</c>. The first updates, when
/// weights change fast, count more: d is at most (1 + n) / (10 + n) after n of them, as in TensorFlow's
/// <c>ExponentialMovingAverage</c>.</remarks>
public sealed class ExponentialMovingAverage : WeightAverage
{
    private readonly double _decay;
    private readonly bool _warmUp;

    /// <summary>An average.</summary>
    /// <param name="decay">d, above 0 and below 1: 0.999 averages over about a thousand updates.</param>
    /// <param name="warmUp">Whether the first updates count more.</param>
    public ExponentialMovingAverage(double decay = 0.999, bool warmUp = true)
    {
        if (decay is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(decay), $"ExponentialMovingAverage: expected a decay above 0 and below 1, got {decay}.");
        }

        (_decay, _warmUp) = (decay, warmUp);
    }

    /// <inheritdoc/>
    public override void OnAfterUpdate(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var decay = _warmUp ? Math.Min(_decay, (1.0 + Count) / (10 + Count)) : _decay;
        Move(context, 1 - decay);
    }
}
