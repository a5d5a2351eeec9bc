using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>The losses of a batch, one for each thing that it counts.</summary>
/// <param name="Values">(B, …), with a gradient, float32: each already times its own weight.</param>
/// <param name="Weights">As <paramref name="Values"/>: how much each counts; null for 1 each.</param>
internal readonly record struct ItemLosses(Tensor Values, Tensor? Weights = null)
{
    /// <summary>All together, each sample times its weight.</summary>
    /// <param name="sampleWeights">(B); null for 1 each.</param>
    public BatchLoss Sum(Tensor? sampleWeights)
    {
        if (sampleWeights is null)
        {
            return new BatchLoss(
                Values.sum(),
                Weights?.sum() ?? tensor((double)Values.NumberOfElements, ScalarType.Float32, Values.device));
        }

        long[] column = [Values.shape[0], .. Enumerable.Repeat(1L, Values.shape.Length - 1)];
        var factors = sampleWeights.to(ScalarType.Float32).reshape(column);            // (B, 1, …)
        return new BatchLoss((Values * factors).sum(), ((Weights ?? ones_like(Values)) * factors).sum().detach());
    }
}
