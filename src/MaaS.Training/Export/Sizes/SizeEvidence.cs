namespace MaaS.Training.Export.Sizes;

/// <summary>How much the traced numbers say for an expression.</summary>
internal static class SizeEvidence
{
    /// <summary>The bits that the expression predicted: for each run beyond its unknown factors the entropy of what
    /// rounding does to the number, which is what other expressions would do differently.</summary>
    /// <param name="expression">It fits in all runs.</param>
    /// <param name="values">The number in each run.</param>
    /// <param name="unknowns">How many factors were chosen to fit.</param>
    public static double Bits(SizeExpression expression, long[] values, int unknowns)
    {
        var rounding = new Dictionary<long, int>();
        bool moves = false;
        for (int run = 0; run < values.Length; run++)
        {
            double difference = values[run] - Smooth(expression, run);
            long key = (long)Math.Round(difference * 1000);
            moves |= key != 0;
            rounding[key] = rounding.GetValueOrDefault(key) + 1;
        }
        if (!moves || rounding.Count == 1)
        {
            // Made of the graph's own values: count what the number itself does, at most one bit a run.
            rounding = values.GroupBy(static v => v).ToDictionary(static g => g.Key, static g => g.Count());
            return (values.Length - unknowns) * Math.Min(1, Entropy(rounding.Values, values.Length));
        }
        return (values.Length - unknowns) * Entropy(rounding.Values, values.Length);
    }

    private static double Entropy(IEnumerable<int> counts, double total) =>
        counts.Sum(count => -(count / total) * Math.Log2(count / total));

    // The expression with true division, where a remainder is nothing.
    private static double Smooth(SizeExpression expression, int run) => expression switch
    {
        SizeExpression.Number number => number.Value,
        SizeExpression.Measured measured => measured.Size.At(run),
        SizeExpression.Binary binary => Smooth(binary, run),
        _ => 0,
    };

    private static double Smooth(SizeExpression.Binary binary, int run)
    {
        double left = Smooth(binary.Left, run), right = Smooth(binary.Right, run);
        return binary.Operator switch
        {
            SizeOperator.Add => left + right,
            SizeOperator.Sub => left - right,
            SizeOperator.Mul => left * right,
            SizeOperator.Div => left / right,
            SizeOperator.Mod => 0,
            // Whether the smaller or the larger of two comes out is one bit.
            _ => left,
        };
    }
}
