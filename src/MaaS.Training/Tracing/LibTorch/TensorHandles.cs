using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Between TorchSharp's tensors and libtorch's: a handle is an <c>at::Tensor*</c>, and that is one pointer to
/// the implementation, which several tensors may share.</summary>
internal static unsafe class TensorHandles
{
    /// <summary>What tells whether two tensors are the same one to libtorch.</summary>
    public static nint Implementation(Tensor tensor) => *(nint*)tensor.Handle;

    /// <summary>Makes two TorchSharp tensors each other's tensor, values, shape, device and gradient
    /// included.</summary>
    public static void Exchange(Tensor one, Tensor other) =>
        (*(nint*)one.Handle, *(nint*)other.Handle) = (*(nint*)other.Handle, *(nint*)one.Handle);

    /// <summary>Makes a tensor point to an implementation without counting the reference: what it pointed to must be
    /// put back before anyone disposes it.</summary>
    public static void Redirect(Tensor tensor, nint implementation) => *(nint*)tensor.Handle = implementation;

    /// <summary>A TorchSharp tensor that takes over a reference.</summary>
    /// <param name="implementation">With one reference for the result.</param>
    public static Tensor Adopt(nint implementation, TracerFunctions functions)
    {
        var tensor = empty(0, device: CPU);
        var shell = (nint*)NativeMemory.Alloc((nuint)sizeof(nint));
        *shell = *(nint*)tensor.Handle;
        *(nint*)tensor.Handle = implementation;
        functions.DeleteTensor((nint)shell);
        return tensor;
    }
}
