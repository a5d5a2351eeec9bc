using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>The C interface of <c>native/include/maas_torch.h</c>.</summary>
internal static unsafe partial class Native
{
    public const string Library = "maas_torch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, LibraryLoader.Resolve);

    [LibraryImport(Library)] public static partial byte* maas_last_error();
    [LibraryImport(Library)] public static partial byte* maas_version();
    [LibraryImport(Library)] public static partial void maas_free(void* pointer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint maas_operator(string name, string overload);

    [LibraryImport(Library)]
    public static partial int maas_call(nint op, Value* arguments, int count, Value* results, int capacity);

    [LibraryImport(Library)] public static partial int maas_tensor_info(nint tensor, TensorInfo* info);
    [LibraryImport(Library)] public static partial void maas_tensor_delete(nint tensor);
    [LibraryImport(Library)] public static partial nint maas_tensor_alias(nint tensor);
    [LibraryImport(Library)] public static partial int maas_tensor_same(nint a, nint b);

    [LibraryImport(Library)]
    public static partial nint maas_tensor_from_blob(
        void* data, long* sizes, int dimensions, int dtype, delegate* unmanaged<void*, void> release, void* context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int maas_tensor_save(nint tensor, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint maas_tensor_load(string path);

    [LibraryImport(Library)] public static partial int maas_default_dtype();
    [LibraryImport(Library)] public static partial int maas_set_default_dtype(int dtype);

    [LibraryImport(Library)] public static partial int maas_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] public static partial nint maas_grad(nint tensor);
    [LibraryImport(Library)] public static partial int maas_set_grad(nint tensor, nint grad);

    [LibraryImport(Library)]
    public static partial int maas_backward(
        nint* tensors, nint* gradients, int count, int retainGraph, int createGraph, nint* inputs, int inputCount);

    [LibraryImport(Library)]
    public static partial int maas_autograd_grad(
        nint* outputs, nint* gradients, int outputCount, nint* inputs, int inputCount, int retainGraph,
        int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int maas_function(
        string name, nint* inputs, int inputCount, nint output, nint* saved, int savedCount,
        delegate* unmanaged<nint, nint, nint*, int, nint*, int, int> backward, delegate* unmanaged<nint, void> release, nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void maas_set_last_error(string message);

    [LibraryImport(Library)] public static partial int maas_grad_enabled();
    [LibraryImport(Library)] public static partial void maas_set_grad_enabled(int value);
    [LibraryImport(Library)] public static partial int maas_inference_mode_enabled();
    [LibraryImport(Library)] public static partial nint maas_inference_mode_enter(int value);
    [LibraryImport(Library)] public static partial void maas_inference_mode_exit(nint guard);

    [LibraryImport(Library)] public static partial nint maas_generator(ulong seed, int deviceType, int deviceIndex);
    [LibraryImport(Library)] public static partial nint maas_default_generator(int deviceType, int deviceIndex);
    [LibraryImport(Library)] public static partial void maas_generator_delete(nint generator);
    [LibraryImport(Library)] public static partial int maas_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] public static partial ulong maas_generator_seed(nint generator);
    [LibraryImport(Library)] public static partial nint maas_generator_state(nint generator);
    [LibraryImport(Library)] public static partial int maas_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] public static partial int maas_manual_seed(ulong seed);

    [LibraryImport(Library)] public static partial int maas_num_threads();
    [LibraryImport(Library)] public static partial int maas_set_num_threads(int count);
    [LibraryImport(Library)] public static partial int maas_num_interop_threads();
    [LibraryImport(Library)] public static partial int maas_set_num_interop_threads(int count);
    [LibraryImport(Library)] public static partial int maas_cuda_device_count();
    [LibraryImport(Library)] public static partial int maas_set_flush_denormal(int value);

    /// <summary>The one error check: a failed call becomes libtorch's message in an exception.</summary>
    /// <exception cref="ExternalException">The result is negative.</exception>
    public static void Check(int result)
    {
        if (result < 0) throw Error();
    }

    /// <inheritdoc cref="Check(int)"/>
    public static nint Check(nint handle) => handle != 0 ? handle : throw Error();

    public static ExternalException Error() => new(LastError);

    public static string LastError => Marshal.PtrToStringUTF8((nint)maas_last_error()) ?? "unknown native error";
}
