using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Forward and backward passes over batches, in parts where the batches and the plan allow it.</summary>
/// <param name="model">In training mode.</param>
/// <param name="task">What the loss is.</param>
/// <param name="weights">What gradients are taken of.</param>
/// <param name="plan">Workers and sizes of parts.</param>
/// <param name="pool">The workers.</param>
/// <param name="failedBatchPath">Gets a batch whose loss is not finite; null for none.</param>
/// <param name="exchange">Where a batch is a whole step: may send gradients to other processes while the backward pass
/// runs; otherwise null.</param>
internal sealed class ForwardBackward<TModel, TBatch>(
    TModel model, TrainingTask<TModel, TBatch> task, MasterWeights weights, ExecutionPlan plan, WorkerPool pool,
    string? failedBatchPath, GradientExchange? exchange)
    where TModel : nn.Module
{
    /// <summary>Loss and gradients of a batch.</summary>
    /// <param name="batch">Its tensors are freed.</param>
    /// <param name="lossScale">What the loss is multiplied by in the backward pass; taken out of the gradients
    /// again.</param>
    /// <param name="context">Where the run stands, for messages.</param>
    /// <exception cref="DivergedException">The loss is not a finite number; the message names the batch.</exception>
    public BatchGradient Run(DividedBatch<TBatch> batch, double lossScale, TrainingContext context)
    {
        var workers = Math.Min(plan.Workers, batch.Samples);
        if (workers == 1)
        {
            return Share(batch, 0, batch.Samples, lossScale, context);
        }

        // The shares' results are added in the workers' order, whichever is ready first.
        var parts = new BatchGradient?[workers];
        pool.Run(worker =>
        {
            if (worker < workers)
            {
                parts[worker] = Share(
                    batch, batch.Samples * worker / workers, batch.Samples * (worker + 1) / workers,
                    lossScale, context);
            }
        });
        for (var worker = 1; worker < workers; worker++)
        {
            parts[0]!.Add(parts[worker]!);
        }

        return parts[0]!;
    }

    private BatchGradient Share(
        DividedBatch<TBatch> batch, int from, int to, double lossScale, TrainingContext context)
    {
        BatchGradient? total = null;
        for (var start = from; start < to; start += Math.Min(plan.MicroBatch, to - from))
        {
            var end = Math.Min(start + Math.Min(plan.MicroBatch, to - from), to);
            var part = Part(batch, start, end, lossScale, context);
            if (total is null)
            {
                total = part;
            }
            else
            {
                total.Add(part);
            }
        }

        return total!;
    }

    private BatchGradient Part(
        DividedBatch<TBatch> batch, int from, int to, double lossScale, TrainingContext context)
    {
        using var scope = NewDisposeScope();
        var value = batch.Part(from, to);
        try
        {
            var metrics = new BatchMetrics(validating: false);
            var loss = task.Loss(model, BatchPreparation.Of(task, value, plan), metrics);
            LossCheck.Require(loss);
            var sum = loss.Sum.dim() == 0 ? loss.Sum : loss.Sum.reshape([]);
            var lossSum = Scalars.Read(sum);
            RequireFinite(lossSum, batch, value, context);
            var active = weights.Active;
            Tensor[] parameters = Array.TrueForAll(active, static a => a)
                ? [.. weights.Parameters] : [.. weights.Parameters.Where((_, i) => active[i])];
            var isStep = from == 0 && to == batch.Samples && lossScale == 1;
            var gradients = isStep && exchange?.Watch(weights.Parameters) == true
                ? Watched(sum, parameters) : Gradients(sum, loss.Weight, parameters, lossScale);
            return new BatchGradient(
                lossSum, Scalars.Read(loss.Weight), metrics.Means, Spread(gradients, active));
        }
        finally
        {
            TensorTree.Dispose(value);   // A whole batch is of no scope.
        }
    }

    private void RequireFinite(double loss, DividedBatch<TBatch> batch, TBatch part, TrainingContext context)
    {
        if (double.IsFinite(loss))
        {
            return;
        }

        var (name, kept) = (batch.Name(), "");
        if (failedBatchPath is not null)
        {
            TensorTreeFile.Save(failedBatchPath, part, new Dictionary<string, string> { ["name"] = name });
            kept = $"; it is kept in {failedBatchPath}";
        }

        throw new DivergedException(
            $"Training: expected a finite loss, got {loss} in epoch {context.Epoch} after {context.Step} updates, in "
                + $"the "
                + $"batch {name}{kept}; {Advice.Of(context.LearningRate)}");
    }

    // float16 gradients are of the scaled mean, which neither vanishes nor overflows as easily as a sum.
    private static Tensor?[] Gradients(Tensor sum, Tensor weight, Tensor[] parameters, double lossScale)
    {
        var scaled = lossScale != 1;
        using var factor = scaled ? (lossScale / weight.detach()).to(ScalarType.Float32).reshape([]) : null;
        var gradients = autograd.grad([scaled ? sum * factor! : sum], parameters, allow_unused: true);
        Tensor?[] present = [.. gradients.Select(static g => g is null || g.IsInvalid ? null : g)];
        using var noGrad = no_grad();
        return scaled ? Array.ConvertAll(present, g => g?.to(ScalarType.Float32).div(factor!)) : present;
    }

    // Accumulates in the parameters, which is what tells that a gradient is complete.
    private static Tensor?[] Watched(Tensor sum, Tensor[] parameters)
    {
        Array.ForEach(parameters, static p => p.grad = null);
        autograd.backward([sum], inputs: parameters);
        var gradients = Array.ConvertAll(parameters, static p => p.grad);
        Array.ForEach(parameters, static p => p.grad = null);
        return gradients;
    }

    private static Tensor?[] Spread(Tensor?[] gradients, bool[] active)
    {
        if (gradients.Length == active.Length)
        {
            return gradients;
        }

        var next = 0;
        return Array.ConvertAll(active, a => a ? gradients[next++] : null);
    }
}
