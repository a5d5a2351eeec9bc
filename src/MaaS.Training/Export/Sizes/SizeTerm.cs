namespace MaaS.Training.Export.Sizes;

/// <summary>An expression and its numbers in the traced runs.</summary>
internal readonly record struct SizeTerm(SizeExpression Expression, long[] Values)
{
    /// <summary>An expression with its numbers in the first <paramref name="runs"/> runs.</summary>
    /// <exception cref="OverflowException">A number leaves the range of int64.</exception>
    public static SizeTerm Of(SizeExpression expression, int runs)
    {
        long[] values = new long[runs];
        for (int run = 0; run < runs; run++)
        {
            values[run] = expression.At(run);
        }

        return new(expression, values);
    }

    /// <summary>An operator on two terms; its numbers are computed from theirs.</summary>
    public static SizeTerm Of(SizeOperator op, SizeTerm left, SizeTerm right)
    {
        long[] values = new long[left.Values.Length];
        for (int run = 0; run < values.Length; run++)
        {
            values[run] = SizeExpression.Apply(op, left.Values[run], right.Values[run]);
        }
        return new(new SizeExpression.Binary(op, left.Expression, right.Expression), values);
    }

    /// <summary>An operator on a term and a number.</summary>
    public static SizeTerm Of(SizeOperator op, SizeTerm left, long right)
    {
        long[] values = Array.ConvertAll(left.Values, value => SizeExpression.Apply(op, value, right));
        return new(new SizeExpression.Binary(op, left.Expression, new SizeExpression.Number(right)), values);
    }

    /// <summary>The term and a number added to it.</summary>
    public SizeTerm Plus(long offset) =>
        new(Expression + new SizeExpression.Number(offset), Array.ConvertAll(Values, value => checked(value + offset)));
}
