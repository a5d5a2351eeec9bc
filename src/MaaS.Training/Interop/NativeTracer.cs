using System.Reflection;
using System.Runtime.InteropServices;
using MaaS.Training.Export;

namespace MaaS.Training.Interop;

/// <summary>The tracing functions of MaaS's native library (<c>native/include/maas_torch.h</c>). They take the handles
/// of the torch backend in use, whose libtorch the library must have been built against.</summary>
internal static unsafe partial class NativeTracer
{
    private const string Library = "maas_torch";

    // MAAS_ABI of native/include/maas_torch.h.
    private const int Abi = 1;

    static NativeTracer() => NativeLibrary.SetDllImportResolver(typeof(NativeTracer).Assembly, Resolve);

    // Once, when the first function is called: a library of another version has other layouts than those below.
    private static IntPtr Resolve(string library, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (library != Library) return IntPtr.Zero;
        if (!NativeLibrary.TryLoad(library, assembly, searchPath, out var handle))
        {
            throw new OnnxExportException(
                $"export: expected lib{Library}.so, built against the libtorch that runs, got none that loads. The NuGet backends of torch come " +
                "without it: save the weights as .safetensors and export them with TorchBackend=system (docs/setup.md).");
        }

        var found = NativeLibrary.TryGetExport(handle, "maas_abi", out var abi) ? ((delegate* unmanaged<int>)abi)() : 0;
        return found == Abi ? handle : throw new OnnxExportException(
            $"export: expected interface version {Abi} of lib{Library}.so, got {(found == 0 ? "a library older than the first" : found)}; " +
            "the library and the assemblies were built at different times: run ./maas setup, which builds both.");
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TensorInfo
    {
        public int DType;
        public int DeviceType;
        public int DeviceIndex;
        public int Dimensions;
        public long Elements;
        public long* Sizes;
        public long* Strides;
        public void* Data;
        public long ElementSize;
        public byte RequiresGrad;
        public byte IsLeaf;
        public byte IsSparse;
        public byte IsContiguous;
        public long StorageOffset;
    }

    [LibraryImport(Library, EntryPoint = "maas_trace", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr Trace(
        IntPtr* inputs, [In] string[] names, int count,
        delegate* unmanaged<IntPtr, IntPtr*, int, IntPtr*, int, int> forward, IntPtr context);

    [LibraryImport(Library, EntryPoint = "maas_trace_json")]
    internal static partial IntPtr Json(IntPtr trace);

    [LibraryImport(Library, EntryPoint = "maas_trace_constant_count")]
    internal static partial int ConstantCount(IntPtr trace);

    [LibraryImport(Library, EntryPoint = "maas_trace_constant")]
    internal static partial IntPtr Constant(IntPtr trace, int index);

    [LibraryImport(Library, EntryPoint = "maas_trace_output_count")]
    internal static partial int OutputCount(IntPtr trace);

    [LibraryImport(Library, EntryPoint = "maas_trace_output")]
    internal static partial IntPtr Output(IntPtr trace, int index);

    [LibraryImport(Library, EntryPoint = "maas_trace_delete")]
    internal static partial void Delete(IntPtr trace);

    [LibraryImport(Library, EntryPoint = "maas_trace_push_scope", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void PushScope(string name);

    [LibraryImport(Library, EntryPoint = "maas_trace_pop_scope")]
    internal static partial void PopScope();

    [LibraryImport(Library, EntryPoint = "maas_tensor_alias")]
    internal static partial IntPtr Alias(IntPtr tensor);

    [LibraryImport(Library, EntryPoint = "maas_tensor_delete")]
    internal static partial void DeleteTensor(IntPtr tensor);

    [LibraryImport(Library, EntryPoint = "maas_tensor_info")]
    internal static partial int Info(IntPtr tensor, TensorInfo* info);

    [LibraryImport(Library, EntryPoint = "maas_last_error")]
    private static partial IntPtr LastErrorText();

    /// <summary>Why the last call on this thread failed.</summary>
    internal static string LastError() => Marshal.PtrToStringUTF8(LastErrorText()) ?? "unknown error";

    /// <summary>Throws where a call gave no pointer.</summary>
    internal static IntPtr Checked(IntPtr pointer) =>
        pointer != IntPtr.Zero ? pointer : throw new OnnxExportException($"export: libtorch: {LastError()}");
}
