using MaaS.Training.Data;
using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Brings a batch into the number type and the memory layout of a plan.</summary>
internal static class BatchPreparation
{
    /// <summary>The batch for the model; new tensors belong to the dispose scope.</summary>
    public static TBatch Of<TModel, TBatch>(TrainingTask<TModel, TBatch> task, TBatch batch, ExecutionPlan plan)
        where TModel : nn.Module
        => Laid(plan.Precision.Rounded() is { } type ? task.Round(batch, type) : batch, plan.ChannelsLast);

    /// <summary>The batch with images channels-last in memory.</summary>
    public static TBatch Laid<TBatch>(TBatch batch, bool channelsLast)
    {
        if (!channelsLast)
        {
            return batch;
        }

        return batch is ValueTuple<Tensor, Tensor> pair
            ? (TBatch)(object)(BatchLayout.Prepare(pair.Item1, true), BatchLayout.Prepare(pair.Item2, true))
            : TensorTree.Map(batch, static t => t.is_floating_point() ? BatchLayout.Prepare(t, true) : t);
    }
}
