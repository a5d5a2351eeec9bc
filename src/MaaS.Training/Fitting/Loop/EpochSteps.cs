using MaaS.Training.Data;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Checkpointing;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>The steps of one epoch. Each reads some batches, adds up their gradients, agrees with the other processes,
/// and changes the weights.</summary>
internal sealed class EpochSteps<TModel, TBatch>(
    ForwardBackward<TModel, TBatch> pass, WeightUpdater updater, EpochMeter meter, TrainerOptions options,
    TrainingContext context, CallbackList callbacks, CheckpointSchedule? checkpoints)
    where TModel : nn.Module
{
    private readonly ControlSum _control = new(options.Processes);

    /// <summary>Updates of the epoch, those before a resumed checkpoint included.</summary>
    public long Count { get; private set; }

    /// <summary>Batches of this process, likewise.</summary>
    public long Batches { get; private set; }

    /// <summary>Goes on where a checkpoint was written.</summary>
    /// <param name="position">Null for the epoch's beginning.</param>
    /// <param name="batchSize">Samples of a batch of this process.</param>
    /// <returns>How many of this process's batches are to be left out.</returns>
    /// <exception cref="InvalidDataException">With so many processes and samples a batch there is no such
    /// place.</exception>
    public long Start(TrainingPosition? position, int batchSize)
    {
        if (position is null)
        {
            return 0;
        }

        var global = (long)batchSize * context.ProcessCount;
        if (position.Samples % global != 0)
        {
            throw new InvalidDataException(
                $"Checkpoint: expected a place between two batches of {global} samples over {context.ProcessCount} "
                    + $"processes, got one after {position.Samples}; resume with the batch size and the processes of "
                    + "the checkpoint.");
        }

        (Count, Batches) = (position.EpochSteps, position.Samples / global);
        // The sums of all processes go on in the first one.
        meter.Restore(
            context.Rank == 0 ? position.Totals : new Dictionary<string, double[]>(), position.Seen, position.Seconds);
        return Batches;
    }

    /// <summary>One step.</summary>
    /// <param name="batches">Those of this process.</param>
    /// <param name="cancellationToken">Checked first.</param>
    /// <returns>Whether a checkpoint is due; null at the end of the epoch.</returns>
    public bool? Next(IEnumerator<DividedBatch<TBatch>> batches, CancellationToken cancellationToken)
    {
        // Read outside of any dispose scope: what a source keeps for later must outlive the step.
        var cancelled = cancellationToken.IsCancellationRequested;
        var any = !cancelled && batches.MoveNext();
        _control.Agree(cancelled, checkpoints?.IsDue(context.Step + 1) == true, any);
        if (_control.Cancelled)
        {
            throw new CancelledTogetherException(cancellationToken);
        }

        if (_control.Batches < (options.SynchronizeBatchNorm ? context.ProcessCount : 1))
        {
            return null;
        }

        callbacks.Each(c => c.OnStepStart(context));
        using var total = Gradient(batches, any, out var samples);
        _control.Sum(total?.Weight ?? 0, total?.LossSum ?? 0, samples);
        if (!(_control.Weight > 0))
        {
            throw new ArgumentException(
                $"Loss: expected weights above 0 in a step's batches, got {_control.Weight} in {context.BatchName}.");
        }

        if (total is not null)
        {
            meter.Add(total);
        }

        meter.Count((long)_control.Samples);
        context.Loss = _control.Loss / _control.Weight;
        Update(total?.Gradients);
        context.Step++;
        Count++;
        callbacks.Each(c => c.OnStepEnd(context));
        return _control.CheckpointDue;
    }

    private BatchGradient? Gradient(IEnumerator<DividedBatch<TBatch>> batches, bool any, out int samples)
    {
        BatchGradient? total = null;
        samples = 0;
        for (var i = 0; i < options.AccumulationSteps && (i == 0 ? any : More(batches)); i++)
        {
            var batch = batches.Current;
            StepSeed.Set(options.Seed, context.Epoch, Batches++, context.Rank);
            samples += batch.Samples;
            context.NameBatch(batch.Name);
            var gradient = pass.Run(batch, updater.LossScale.Scale, context);
            if (total is null)
            {
                total = gradient;
            }
            else
            {
                total.Add(gradient);
            }
        }

        return total;
    }

    // Forward passes with synchronized batch norm are those of all processes together.
    private bool More(IEnumerator<DividedBatch<TBatch>> batches)
        => options.SynchronizeBatchNorm ? _control.AllHave(batches.MoveNext()) : batches.MoveNext();

    private void Update(Tensor?[]? gradients)
    {
        using var scope = NewDisposeScope();
        var finite = updater.Prepare(gradients, _control.Weight);
        if (!finite && !updater.LossScale.Enabled)
        {
            throw new DivergedException(
                $"Training: expected finite gradients, got others in {context.BatchName} after {context.Step} updates; "
                    + Advice.Of(updater.LearningRate));
        }

        updater.LossScale.Update(finite);
        if (finite)
        {
            context.CurrentGradients = updater.Gradients;
            callbacks.Each(c => c.OnBeforeUpdate(context));
            context.CurrentGradients = null;
            updater.Apply(context.Step);
            context.LearningRate = updater.LearningRate;
            using (no_grad())
            {
                callbacks.Each(c => c.OnAfterUpdate(context));
            }
        }

        updater.Finish();
        updater.Schedule?.Stepped();
    }
}
