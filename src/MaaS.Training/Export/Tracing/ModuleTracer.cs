using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using MaaS.Core.Onnx.Schema;
using MaaS.Training.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Export.Tracing;

/// <summary>Runs a forward function once under libtorch's tracer.</summary>
internal static unsafe class ModuleTracer
{
    /// <summary>A traced run: the trace and copies of the outputs' values.</summary>
    internal sealed record Run(Trace Trace, IReadOnlyList<TensorProto> Outputs);

    private sealed class Call(Func<IReadOnlyList<Tensor>> forward)
    {
        public Func<IReadOnlyList<Tensor>> Forward { get; } = forward;
        public ExceptionDispatchInfo? Error { get; set; }
    }

    /// <summary>Traces <paramref name="forward"/>, which must read exactly the tensors in <paramref name="inputs"/>.
    /// What it throws is thrown here.</summary>
    /// <param name="inputs">Names and tensors: example inputs, then parameters and buffers. No tensor twice.</param>
    /// <param name="forward">Runs the module; its results belong to the dispose scope it runs in.</param>
    /// <exception cref="OnnxExportException">libtorch cannot trace the function.</exception>
    public static Run Trace(IReadOnlyList<(string Name, Tensor Tensor)> inputs, Func<IReadOnlyList<Tensor>> forward)
    {
        var call = new Call(forward);
        var context = GCHandle.Alloc(call);
        IntPtr trace = IntPtr.Zero;
        try
        {
            IntPtr[] handles = [.. inputs.Select(static input => input.Tensor.Handle)];
            string[] names = [.. inputs.Select(static input => input.Name)];
            fixed (IntPtr* first = handles)
            {
                trace = NativeTracer.Trace(first, names, handles.Length, &Forward, GCHandle.ToIntPtr(context));
            }
            GC.KeepAlive(inputs);
            call.Error?.Throw();
            NativeTracer.Checked(trace);
            var json = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)NativeTracer.Json(trace));
            var constants = new TensorProto[NativeTracer.ConstantCount(trace)];
            for (int i = 0; i < constants.Length; i++) constants[i] = Take(NativeTracer.Constant(trace, i));
            var outputs = new TensorProto[NativeTracer.OutputCount(trace)];
            for (int i = 0; i < outputs.Length; i++) outputs[i] = Take(NativeTracer.Output(trace, i));
            return new Run(Tracing.Trace.Parse(json, constants), outputs);
        }
        finally
        {
            if (trace != IntPtr.Zero) NativeTracer.Delete(trace);
            context.Free();
        }
    }

    private static TensorProto Take(IntPtr handle)
    {
        NativeTracer.Checked(handle);
        try
        {
            return TorchTensorReader.Read(handle, "");
        }
        finally
        {
            NativeTracer.DeleteTensor(handle);
        }
    }

    // No exception may cross the native frames below: it is kept, and thrown again above them.
    [UnmanagedCallersOnly]
    private static int Forward(IntPtr context, IntPtr* inputs, int count, IntPtr* outputs, int capacity)
    {
        var call = (Call)GCHandle.FromIntPtr(context).Target!;
        try
        {
            using var scope = NewDisposeScope();
            var results = call.Forward();
            if (results.Count > capacity)
                throw new NotSupportedException($"export: at most {capacity} outputs, got {results.Count}");
            for (int i = 0; i < results.Count; i++)
                outputs[i] = NativeTracer.Checked(NativeTracer.Alias(results[i].Handle));
            return results.Count;
        }
        catch (Exception error)
        {
            call.Error = ExceptionDispatchInfo.Capture(error);
            return -1;
        }
    }
}
