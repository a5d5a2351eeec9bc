using System.Diagnostics;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Runs a module once on tensors that have shapes and no values (torch's device <c>meta</c>): whoever asks one
/// for a value gets an exception. It finds what torch's operators do not show: <c>item&lt;T&gt;()</c>,
/// <c>data&lt;T&gt;()</c> and <c>bytes</c> read memory and run no operator.</summary>
internal static class MetaForward
{
    // Methods of TorchSharp's tensors that give values, and the read of an element behind them.
    private static readonly HashSet<string> Readers =
    [
        "item", "data", "get_bytes", "ToScalar", "Equals", "allclose", "is_nonzero", "ReadItemAt", "tolist", "ToArray",
    ];

    /// <summary>Whether a module that ran as in the trace can run without values: where one of TorchSharp 0.107's
    /// functions that pass no C++ exception on (matmul, var, cummax, cummin) would throw, the process would
    /// end.</summary>
    public static bool CanRun(Trace trace)
    {
        var vectors = trace.Inputs.Concat(trace.Nodes.SelectMany(static node => node.Outputs))
            .Where(static value => value.Sizes is { Length: < 2 }).Select(static value => value.Id).ToHashSet();
        return !trace.Nodes.Any(node =>
            node.Op is "aten::cummax" or "aten::cummin" or "aten::var"
                || (node.Op is "aten::matmul" && node.Inputs.Any(vectors.Contains)));
    }

    /// <summary>The first value that forward asks for; null where it asks for none, or cannot run without
    /// values.</summary>
    /// <param name="module">Its parameters and buffers have no values meanwhile, and the same as before
    /// afterwards.</param>
    /// <param name="inputs">Of the right sizes and types; their values do not matter.</param>
    /// <param name="forward">Runs the module.</param>
    /// <param name="trace">How it ran with values.</param>
    public static ValueRead? FirstRead(
        nn.Module module, IReadOnlyList<Tensor> inputs, Action<IReadOnlyList<Tensor>> forward, Trace trace)
    {
        using var scope = NewDisposeScope();
        Tensor[] without = [.. inputs.Select(MetaModule.WithoutValues)];
        try
        {
            ModulePath.Restart();
            return new MetaModule(module).Run<ValueRead?>(() =>
            {
                forward(without);
                return null;
            });
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Other failures say nothing: an operator without a form for this device, a constant on another one.
            return Reader(error, trace) is { } reader ? new ValueRead($"Tensor.{reader}", "", ModulePath.Current)
                : null;
        }
    }

    // The method of TorchSharp that forward called and that ended in the exception.
    private static string? Reader(Exception error, Trace trace)
    {
        var torchSharp = typeof(Tensor).Assembly;
        var cause = error.GetBaseException();
        string[] methods =
        [
            .. new StackTrace(cause).GetFrames().Select(static frame => frame.GetMethod())
                .TakeWhile(method => method?.DeclaringType?.Assembly == torchSharp).Select(
                    static method => method!.Name),
        ];
        return methods.LastOrDefault(
            static name => Readers.Contains(name) || name.StartsWith("ReadCpu", StringComparison.Ordinal))
            ?? (methods.Contains("cpu") && CopiesOut(cause)
                && !trace.Nodes.Any(static node => node.Op is "aten::to" or "aten::copy_") ? "item" : null);
    }

    // The compiler may have made one method of item and what it calls: a copy to the CPU that runs with values show
    // nothing of.
    private static bool CopiesOut(Exception error) =>
        error.Message.Contains("Cannot copy out of meta tensor", StringComparison.Ordinal);
}
