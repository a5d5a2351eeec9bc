using System.Runtime.InteropServices;
using MaaS.Onnx.Schema;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Runs a forward function once under libtorch's tracer.</summary>
internal static class ModuleTracer
{
    /// <summary>A traced run: the trace and copies of the outputs' values.</summary>
    internal sealed record Run(Trace Trace, IReadOnlyList<TensorProto> Outputs);

    /// <summary>Traces <paramref name="forward"/>. What it throws is thrown here, and leaves the next trace
    /// whole.</summary>
    /// <param name="inputs">Example inputs, then parameters and buffers. Every weight that forward reads must be
    /// there.</param>
    /// <param name="forward">Runs the module on this thread; its results belong to the dispose scope it runs
    /// in.</param>
    /// <exception cref="TracingException">libtorch cannot trace the function.</exception>
    public static Run Trace(IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>> forward)
    {
        using var scope = NewDisposeScope();
        var (trace, results) = Record(inputs, forward);
        return new Run(trace, [.. results.Select(static result => TorchTensorReader.Read(result, ""))]);
    }

    /// <summary>Traces a function whose results are not looked at.</summary>
    /// <inheritdoc cref="Trace(IReadOnlyList{Tensor}, Func{IReadOnlyList{Tensor}})"/>
    public static Trace TraceOperators(IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>> forward)
    {
        using var scope = NewDisposeScope();
        return Record(inputs, forward).Trace;
    }

    private static (Trace Trace, IReadOnlyList<Tensor> Results) Record(
        IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>> forward)
    {
        using var session = TracingSession.Begin(inputs);
        var results = Call(forward);
        session.Return(results);
        session.Stop();
        var recorded = session.Read();
        TensorProto[] constants =
            [.. recorded.Constants.Select(static constant => TorchTensorReader.Read(constant, ""))];
        return (GraphText.Read(recorded, constants), results);
    }

    private static IReadOnlyList<Tensor> Call(Func<IReadOnlyList<Tensor>> forward)
    {
        try
        {
            return forward();
        }
        catch (ExternalException error) when (
            error.Message.Contains("requires grad as a constant", StringComparison.Ordinal))
        {
            throw new TracingException(
                $"{TracingException.Place(ModulePath.Current)} reads a weight that the module did not register; "
                + "register it (RegisterComponents, register_module, register_parameter), or freeze it where it is "
                + "meant as a constant (requires_grad = false)",
                error);
        }
    }
}
