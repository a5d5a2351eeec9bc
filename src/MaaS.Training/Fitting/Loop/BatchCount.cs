namespace MaaS.Training.Fitting.Loop;

/// <summary>How samples become batches and steps.</summary>
internal static class BatchCount
{
    /// <summary>Samples of a batch of this process.</summary>
    /// <param name="samples">Of an epoch, over all processes; null where only reading tells.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">There are no samples, or gradient descent does not know how
    /// many.</exception>
    public static int Size(long? samples, TrainerOptions options)
    {
        if (samples == 0)
        {
            throw new ArgumentException("Training: expected at least one sample, got an empty source.");
        }

        if (options.Optimizer == OptimizerKind.GradientDescent && options.OptimizerFactory is null)
        {
            return checked((int)(samples ?? throw new ArgumentException(
                $"Optimizer: expected a source that knows its Count for {options.Optimizer}, got none; use Sgd.")));
        }

        return (int)Math.Min(options.BatchSize, samples ?? long.MaxValue);
    }

    /// <summary>Updates of an epoch; null where only reading tells.</summary>
    /// <param name="samples">As in <see cref="Size"/>.</param>
    /// <param name="batchSize">Samples of a batch of this process.</param>
    /// <param name="options">How to train.</param>
    public static long? Steps(long? samples, int batchSize, TrainerOptions options)
    {
        var processes = options.Processes?.Size ?? 1;
        var whole = (samples + batchSize - 1) / batchSize;
        var batches = (whole + (options.SynchronizeBatchNorm ? 0 : processes - 1)) / processes;
        return options.StepsPerEpoch
            ?? (batches + options.AccumulationSteps - 1) / options.AccumulationSteps;
    }
}
