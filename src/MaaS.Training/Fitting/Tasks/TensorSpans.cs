using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Collected tensors as the arrays that MaaS.Core's metrics take.</summary>
internal static class TensorSpans
{
    /// <summary>All values, row by row.</summary>
    public static float[] Floats(Tensor tensor)
    {
        using var plain = tensor.to(ScalarType.Float32, CPU).contiguous();
        return MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();
    }

    /// <summary>All values as class indices, row by row.</summary>
    public static int[] Indices(Tensor tensor)
    {
        using var plain = tensor.to(ScalarType.Int32, CPU).contiguous();
        return MemoryMarshal.Cast<byte, int>(plain.bytes).ToArray();
    }

    /// <summary>Whether each value is at least a half.</summary>
    public static bool[] Truths(Tensor tensor) => Array.ConvertAll(Floats(tensor), static v => v >= 0.5f);
}
