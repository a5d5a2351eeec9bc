using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Sums of tensors in the CPU's memory.</summary>
internal sealed class CpuTensorSum(IProcessGroup processes) : ITensorSum
{
    /// <inheritdoc/>
    public unsafe IPendingSum Begin(Tensor values)
    {
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values.bytes));
        return processes.BeginSum(address, checked((int)values.numel()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
