using MaaS.Tabular.Samples;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Tabular.Networks;

/// <summary>Weighted cross-entropy of classes, or weighted squared error of a number.</summary>
internal sealed class NetworkTask(TabularTask task)
    : TrainingTask<nn.Module<Tensor, Tensor>, (Tensor Features, Tensor Target, Tensor Weights)>
{
    public override BatchLoss Loss(
        nn.Module<Tensor, Tensor> model, (Tensor Features, Tensor Target, Tensor Weights) batch, IBatchMetrics metrics)
    {
        var outputs = model.call(batch.Features);                               // (B, outputs)
        var losses = task == TabularTask.Classification
            ? nn.functional.cross_entropy(outputs, batch.Target, reduction: nn.Reduction.None)
            : (outputs.squeeze(1) - batch.Target).square();                     // (B)
        return new BatchLoss((losses * batch.Weights).sum(), batch.Weights.sum());
    }
}
