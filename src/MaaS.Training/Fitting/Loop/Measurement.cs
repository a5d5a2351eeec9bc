using MaaS.Training.Data;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Loss and metrics of a task on a set that is not learned from.</summary>
internal static class Measurement
{
    /// <summary>The metrics of one pass, those of all processes together.</summary>
    /// <param name="model">Evaluated in evaluation mode; its submodules keep their modes.</param>
    /// <param name="task">What is measured.</param>
    /// <param name="source">At least one batch over all processes.</param>
    /// <param name="plan">Which part is read, unshuffled.</param>
    /// <param name="channelsLast">Whether images are laid out channels-last in memory.</param>
    /// <param name="group">Null for this process alone.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="InvalidDataException">The source is empty.</exception>
    public static Dictionary<string, double> Of<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> source, EpochPlan plan, bool channelsLast,
        IProcessGroup? group, CancellationToken cancellationToken)
        where TModel : nn.Module
    {
        using var evaluation = new EvaluationMode(model);
        using var noGrad = no_grad();
        var meter = new EpochMeter();
        using var collection = new OutputCollection();
        var batches = 0;
        foreach (var batch in source.Read(plan, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            batches++;
            using var scope = NewDisposeScope();
            try
            {
                var metrics = new BatchMetrics(validating: true);
                var loss = task.Loss(model, BatchPreparation.Laid(batch.Value, channelsLast), metrics);
                meter.Add(BatchMetrics.LossName, Scalars.Read(loss.Sum), Scalars.Read(loss.Weight));
                meter.Add(metrics.Means);
                collection.Add(metrics.Collected);
            }
            finally
            {
                TensorTree.Dispose(batch.Value);
            }
        }

        var totals = meter.Totals(group);
        if (totals.Count == 0)
        {
            throw new InvalidDataException("Validation: expected at least one batch, got none.");
        }

        var values = EpochMeter.Divided(totals);
        foreach (var (name, value) in collection.Metrics(task, group))
        {
            if (!values.TryAdd(name, value))
            {
                throw new ArgumentException($"Metrics: expected {name} once, got it of batches and of the epoch.");
            }
        }

        return values;
    }
}
