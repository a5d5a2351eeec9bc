using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>What is learned: the loss of a batch, and what is measured beside it.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>A task of one's own overrides <see cref="Loss"/> alone.</remarks>
public abstract class TrainingTask<TModel, TBatch>
    where TModel : nn.Module
{
    /// <summary>The metric by which epochs are compared unless the options name another; <c>loss</c> is always
    /// there.</summary>
    public virtual string Monitor => "loss";

    /// <summary>Whether a greater value of a metric is a better one.</summary>
    /// <param name="metric">A name that the task gives; <c>loss</c> is not asked for.</param>
    public virtual bool GreaterIsBetter(string metric) => true;

    /// <summary>Whether the loss of a batch is the sum over its samples, each alone, and draws nothing: only then may
    /// its parts be computed apart.</summary>
    internal virtual bool IsDivisible => false;

    /// <summary>Runs the model on a batch.</summary>
    /// <param name="model">In training or evaluation mode, as the batch needs it.</param>
    /// <param name="batch">On the model's device; not disposed here.</param>
    /// <param name="metrics">Takes what else is measured.</param>
    public abstract BatchLoss Loss(TModel model, TBatch batch, IBatchMetrics metrics);

    /// <summary>Metrics of a whole validation set out of what <see cref="IBatchMetrics.Collect"/> kept.</summary>
    /// <param name="outputs">All outputs, (N, …), on the CPU.</param>
    /// <param name="targets">All targets, (N, …), on the CPU.</param>
    public virtual IEnumerable<KeyValuePair<string, double>> EpochMetrics(Tensor outputs, Tensor targets) => [];

    /// <summary>Brings a batch into the number type of a reduced precision before <see cref="Loss"/> sees it.</summary>
    /// <param name="batch">Stays as it is.</param>
    /// <param name="type">bfloat16 or float16.</param>
    /// <returns>By default all floating-point tensors are rounded; a task whose targets are numbers keeps
    /// those.</returns>
    public virtual TBatch Round(TBatch batch, ScalarType type)
        => TensorTree.Map(batch, t => t.is_floating_point() ? t.to(type) : t);
}
