namespace MaaS.Training.Tracing;

/// <summary>Compares two runs of one forward function on inputs of equal sizes and other values: what differs was
/// decided or computed in C# from values, and a graph of the one run is wrong for the other.</summary>
internal static class TraceAgreement
{
    /// <summary>The first difference.</summary>
    /// <param name="Operator">The operator that differs, or that reads a constant that differs.</param>
    /// <param name="ModulePath">The submodule that ran it.</param>
    /// <param name="What">In words.</param>
    internal sealed record Difference(string Operator, string ModulePath, string What);

    /// <summary>The first difference between two runs; null where they ran the same operators on the same
    /// constants.</summary>
    public static Difference? First(Trace one, Trace other)
    {
        for (var i = 0; i < Math.Max(one.Nodes.Count, other.Nodes.Count); i++)
        {
            var (a, b) = (one.Nodes.ElementAtOrDefault(i), other.Nodes.ElementAtOrDefault(i));
            if (a is null || b is null || !IsSameCall(a, b))
            {
                return Operators(a, b);
            }

            if (a.Constant is { } constant && b.Constant is { } counterpart
                && !IsSame(constant, one, counterpart, other))
            {
                var reader = one.Nodes.Skip(i).FirstOrDefault(node => node.Inputs.Contains(a.Outputs[0].Id)) ?? a;
                return new Difference(
                    reader.Op, reader.ModulePath,
                        $"it is given {Words(constant, one)} for one input and {Words(counterpart, other)} for "
                        + "another");
            }
        }

        return one.Outputs.SequenceEqual(other.Outputs) ? null
            : new Difference("forward", "", "it returns other results for another input");
    }

    private static bool IsSameCall(TraceNode a, TraceNode b) =>
        a.Op == b.Op && a.Schema?.Overload == b.Schema?.Overload && a.ModulePath == b.ModulePath
            && a.Inputs.SequenceEqual(b.Inputs)
        && a.Outputs.Count == b.Outputs.Count;

    private static Difference Operators(TraceNode? a, TraceNode? b)
    {
        var first = a ?? b!;
        return a is null || b is null
            ? new Difference(first.Op, first.ModulePath, "it runs for one input and not for another")
            : new Difference(
                first.Op, first.ModulePath, a.Op == b.Op ? "it is given other tensors for another input"
                : $"for another input {b.Op} runs instead");
    }

    private static bool IsSame(TraceConstant a, Trace inA, TraceConstant b, Trace inB) => (a, b) switch
    {
        // Compared by their bits: NaN equals itself, and 0 is not −0.
        (TraceConstant.Real x, TraceConstant.Real y) =>
            BitConverter.DoubleToInt64Bits(x.Value) == BitConverter.DoubleToInt64Bits(y.Value),
        (TraceConstant.List x, TraceConstant.List y) => x.Items.Count == y.Items.Count
            && x.Items.Zip(y.Items).All(pair => IsSame(pair.First, inA, pair.Second, inB)),
        (TraceConstant.Tensor x, TraceConstant.Tensor y) => IsSame(inA, x.Index, inB, y.Index),
        _ => a.Equals(b),
    };

    private static bool IsSame(Trace inA, int a, Trace inB, int b)
    {
        var (x, y) = (inA.Constants[a], inB.Constants[b]);
        return x.DataType == y.DataType && x.Dims.SequenceEqual(y.Dims) && x.RawData.Equals(y.RawData);
    }

    private static string Words(TraceConstant constant, Trace trace) => constant switch
    {
        TraceConstant.Flag flag => flag.Value ? "true" : "false",
        TraceConstant.Int number => $"{number.Value}",
        TraceConstant.Real number => $"{number.Value:R}",
        TraceConstant.Text text => $"'{text.Value}'",
        TraceConstant.List list => $"[{string.Join(", ", list.Items.Select(item => Words(item, trace)))}]",
        TraceConstant.Tensor tensor =>
            $"a tensor of shape [{string.Join(',', trace.Constants[tensor.Index].Dims)}] made in C#",
        var other => other.ToString(),
    };
}
