using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Takes what a task measures on a batch; the epoch's value is the one over all batches and
/// processes.</summary>
public interface IBatchMetrics
{
    /// <summary>Whether the batch is one of the validation set; costly metrics may be left out elsewhere.</summary>
    bool Validating { get; }

    /// <summary>Adds to a mean: the epoch's value is the sum of all sums divided by the sum of all counts.</summary>
    /// <param name="name">Name of the metric, such as <c>accuracy</c>.</param>
    /// <param name="sum">Scalar without a gradient, on any device.</param>
    /// <param name="count">How much was summed up.</param>
    void AddMean(string name, Tensor sum, Tensor count);

    /// <summary>Keeps outputs and targets of a validation batch, of which the epoch's metrics (F1, AUC, R²) are
    /// taken when it has ended; without effect on training batches.</summary>
    /// <param name="outputs">(B, …), such as logits or predictions.</param>
    /// <param name="targets">(B, …).</param>
    void Collect(Tensor outputs, Tensor targets);
}
