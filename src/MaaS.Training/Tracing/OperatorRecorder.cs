using System.Diagnostics;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Lists the operators that a function runs, those that read values included.</summary>
/// <remarks>Reading through <c>data&lt;T&gt;()</c> and <c>bytes</c>, and so <c>item&lt;T&gt;()</c>, runs no operator:
/// <see cref="MetaForward"/> finds that, and <see cref="TraceAgreement"/> what came of it.</remarks>
internal static class OperatorRecorder
{
    /// <summary>Runs a function on this thread.</summary>
    /// <param name="forward">What it throws is thrown here.</param>
    /// <returns>The operators in the order in which they began, nested ones after the one that they ran in.</returns>
    /// <exception cref="TracingException">The system or the libtorch is not one that MaaS knows.</exception>
    public static IReadOnlyList<RecordedOperator> Record(Action forward)
    {
        var operators = new List<RecordedOperator>();
        ModulePath.Restart();
        RecordFunctions.Current.Observe(
            forward, (name, overload, depth) =>
                operators.Add(new RecordedOperator(name, overload, ModulePath.Current, depth)));
        return operators;
    }

    /// <summary>Runs a function on this thread and adds to <paramref name="reads"/> what it read of tensors'
    /// values.</summary>
    /// <exception cref="TracingException">The system or the libtorch is not one that MaaS knows.</exception>
    public static void WatchReads(Action forward, ISet<ValueRead> reads)
    {
        var last = "";
        RecordFunctions.Current.Observe(forward, (name, overload, depth) =>
        {
            var current = new RecordedOperator(name, overload, ModulePath.Current, depth);
            if (current.IsValueRead)
            {
                if (name == "aten::equal" && IsInsideOwnLayer())
                {
                    return;
                }

                reads.Add(new ValueRead(name, last, current.ModulePath));
            }
            else
            {
                last = name;
            }
        }, nested: false);
    }

    // libtorch's multi-head attention asks whether query, key and value are equal, and computes the same either way.
    private static bool IsInsideOwnLayer()
    {
        var torchSharp = typeof(Tensor).Assembly;
        return new StackTrace().GetFrames().Select(static frame => frame.GetMethod()?.DeclaringType)
            .SkipWhile(type => type?.Assembly != torchSharp).TakeWhile(type => type?.Assembly == torchSharp)
            .Any(static type => type!.IsAssignableTo(typeof(nn.Module)));
    }
}
