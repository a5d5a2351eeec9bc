using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Sums of tensors over processes.</summary>
internal interface ITensorSum : IDisposable
{
    /// <summary>Starts to sum up a tensor, in place.</summary>
    /// <param name="values">Contiguous, float32; not touched until the sum is there.</param>
    IPendingSum Begin(Tensor values);
}
