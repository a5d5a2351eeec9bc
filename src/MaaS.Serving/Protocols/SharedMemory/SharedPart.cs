using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>Where a tensor lies in shared memory: the parameters <c>shared_memory_…</c>.</summary>
/// <param name="Region">Name of a registered region.</param>
/// <param name="Offset">Where the tensor begins in it, in bytes.</param>
/// <param name="Size">Bytes that it may take.</param>
internal readonly record struct SharedPart(string Region, long Offset, long Size)
{
    /// <summary>The tensor; nothing is copied where the part has not the bytes of its shape.</summary>
    /// <param name="name">The input, for errors.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">What the client says.</param>
    /// <param name="copy">Copies the bytes of a part.</param>
    /// <exception cref="RequestException">400: the bytes are no such tensor.</exception>
    public TensorValue Read(string name, ElementType type, ReadOnlySpan<long> shape, Func<SharedPart, byte[]> copy)
    {
        BinaryTensor.ThrowIfUnfit(name, type, shape, Size);
        return BinaryTensor.Read(name, type, shape, copy(this));
    }
}
