using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Shapes of operators that libtorch computes on the device <c>meta</c> in Python alone, convolutions and ReLU
/// among them: registered as kernels of its dispatcher, so that modules run there from C# too.</summary>
/// <remarks>The kernels are called from C++ and must not throw.</remarks>
internal static unsafe class MetaKernels
{
    private static readonly Lazy<StableFunctions> Registered = new(
        RegisterAll, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Registers the kernels, once in a process, on Linux; elsewhere libtorch's own forms are all there is.
    /// </summary>
    /// <exception cref="TracingException">The libtorch lacks a function, or refuses a kernel.</exception>
    public static void Register()
    {
        // Under Wine the runtime found its heap damaged after an export with these kernels.
        if (OperatingSystem.IsLinux())
        {
            _ = Registered.Value;
        }
    }

    private static StableFunctions Torch => Registered.Value;

    private static StableFunctions RegisterAll()
    {
        var functions = new StableFunctions(LoadedLibTorch.Find());
        var library = functions.MetaLibrary();
        functions.Implement(
            library, "relu\0"u8, (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&Pointwise);
        functions.Implement(
            library, "relu_\0"u8, (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&InPlace);
        functions.Implement(library, "convolution_overrideable\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&Convolution);
        functions.Implement(library, "native_batch_norm\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&BatchNorm);
        functions.Implement(library, "_adaptive_avg_pool2d\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&AdaptivePool);
        functions.Implement(library, "_adaptive_avg_pool3d\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&AdaptivePool);
        functions.Implement(library, "index_select\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&IndexSelect);
        functions.Implement(library, "_safe_softmax\0"u8,
            (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&SafeSoftmax);
        functions.Implement(
            library, "equal\0"u8, (nint)(delegate* unmanaged[Cdecl]<ulong*, ulong, ulong, void>)&IsSame);
        return functions;
    }

    // (self, …) → a tensor like self
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Pointwise(ulong* stack, ulong arguments, ulong results)
    {
        var self = (nint)stack[0];
        stack[0] = (ulong)Torch.Empty(Torch.Sizes(self), self);
        Torch.Delete(self);
    }

    // (self, dim, dtype?): attention calls it without an element type.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void SafeSoftmax(ulong* stack, ulong arguments, ulong results)
    {
        var self = (nint)stack[0];
        stack[0] = (ulong)Torch.Empty(Torch.Sizes(self), self);
        Torch.Delete(self);
        if (stack[2] != 0)
        {
            NativeMemory.Free((void*)stack[2]);
        }
    }

    // (self) → self
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void InPlace(ulong* stack, ulong arguments, ulong results)
    {
    }

    // (input, weight, bias?, stride, padding, dilation, transposed, output_padding, groups)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Convolution(ulong* stack, ulong arguments, ulong results)
    {
        nint input = (nint)stack[0], weight = (nint)stack[1];
        long[] stride = Torch.TakeIntegers(stack[3]), padding = Torch.TakeIntegers(stack[4]);
        long[] dilation = Torch.TakeIntegers(stack[5]), outputPadding = Torch.TakeIntegers(stack[7]);
        var transposed = (byte)stack[6] != 0;
        long[] sizes = Torch.Sizes(input), kernel = Torch.Sizes(weight);
        sizes[1] = transposed ? kernel[1] * (long)stack[8] : kernel[0];
        for (var axis = 2; axis < sizes.Length; axis++)
        {
            var i = axis - 2;
            var reach = dilation[i] * (kernel[axis] - 1);
            sizes[axis] = transposed
                ? ((sizes[axis] - 1) * stride[i]) - (2 * padding[i]) + reach + outputPadding[i] + 1
                : ((sizes[axis] + (2 * padding[i]) - reach - 1) / stride[i]) + 1;
        }

        stack[0] = (ulong)Torch.Empty(sizes, input);
        Torch.Delete(input);
        Torch.Delete(weight);
        DeleteOptional(stack[2]);
    }

    // (input, weight?, bias?, mean?, variance?, training, momentum, eps) → output and, in evaluation, two empty tensors
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void BatchNorm(ulong* stack, ulong arguments, ulong results)
    {
        var input = (nint)stack[0];
        var sizes = Torch.Sizes(input);
        long[] saved = (byte)stack[5] != 0 ? [sizes[1]] : [0];
        for (var i = 1; i <= 4; i++)
        {
            DeleteOptional(stack[i]);
        }

        stack[0] = (ulong)Torch.Empty(sizes, input);
        stack[1] = (ulong)Torch.Empty(saved, input);
        stack[2] = (ulong)Torch.Empty(saved, input);
        Torch.Delete(input);
    }

    // (self, output_size)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AdaptivePool(ulong* stack, ulong arguments, ulong results)
    {
        var self = (nint)stack[0];
        var output = Torch.TakeIntegers(stack[1]);
        var sizes = Torch.Sizes(self);
        var axes = Math.Min(output.Length, sizes.Length);
        output.AsSpan(output.Length - axes).CopyTo(sizes.AsSpan(sizes.Length - axes));
        stack[0] = (ulong)Torch.Empty(sizes, self);
        Torch.Delete(self);
    }

    // (self, dim, index)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IndexSelect(ulong* stack, ulong arguments, ulong results)
    {
        nint self = (nint)stack[0], index = (nint)stack[2];
        var axis = (long)stack[1];
        long[] sizes = Torch.Sizes(self), picks = Torch.Sizes(index);
        axis = axis < 0 ? axis + sizes.Length : axis;
        if (axis >= 0 && axis < sizes.Length)
        {
            sizes[axis] = picks.Length > 0 ? picks[0] : 1;
        }

        stack[0] = (ulong)Torch.Empty(sizes, self);
        Torch.Delete(self);
        Torch.Delete(index);
    }

    // (self, other): multi-head attention asks whether query, key and value are one tensor.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IsSame(ulong* stack, ulong arguments, ulong results)
    {
        nint self = (nint)stack[0], other = (nint)stack[1];
        stack[0] = *(nint*)self == *(nint*)other ? 1ul : 0ul;
        Torch.Delete(self);
        Torch.Delete(other);
    }

    // An optional tensor is null or points to its handle, in memory of its own.
    private static void DeleteOptional(ulong optional)
    {
        if (optional != 0)
        {
            Torch.Delete(*(nint*)optional);
            NativeMemory.Free((void*)optional);
        }
    }
}
