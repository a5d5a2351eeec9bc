using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Interop;

/// <summary>A contiguous float32 CPU tensor's memory, valid as long as the tensor.</summary>
internal static class FloatSpan
{
    public static Span<float> Of(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
