using System.Globalization;
using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>An integer as arithmetic on the axes of values of the graph.</summary>
internal abstract record SizeExpression
{
    /// <summary>A fixed number.</summary>
    public sealed record Number(long Value) : SizeExpression;

    /// <summary>The size of one axis of a value in the graph.</summary>
    /// <param name="Value">The value's name.</param>
    /// <param name="Axis">Which of its axes.</param>
    /// <param name="Size">What it was in the traced runs.</param>
    /// <param name="Symbol">The name of a dynamic axis; null for a value that the graph computes.</param>
    public sealed record Measured(string Value, int Axis, TracedSize Size, string? Symbol) : SizeExpression;

    /// <summary>Two expressions, combined.</summary>
    public sealed record Binary(SizeOperator Operator, SizeExpression Left, SizeExpression Right) : SizeExpression;

    /// <summary>The number where the axes have the sizes that <paramref name="sizeOf"/> gives.</summary>
    /// <exception cref="OverflowException">An intermediate result leaves the range of int64.</exception>
    public long At(Func<Measured, long> sizeOf) => this switch
    {
        Number number => number.Value,
        Measured measured => sizeOf(measured),
        Binary binary => Apply(binary.Operator, binary.Left.At(sizeOf), binary.Right.At(sizeOf)),
        _ => throw new NotSupportedException($"expected a number, an axis or two of them, got {GetType().Name}"),
    };

    /// <summary>The number in one traced run.</summary>
    public long At(int run) => At(measured => measured.Size.At(run));

    /// <summary>The axes that it is made of.</summary>
    public IEnumerable<Measured> Axes => this switch
    {
        Measured measured => [measured],
        Binary binary => binary.Left.Axes.Concat(binary.Right.Axes),
        _ => [],
    };

    /// <summary>This expression and all that it is made of.</summary>
    public IEnumerable<SizeExpression> Parts =>
        this is Binary binary ? [.. binary.Left.Parts, .. binary.Right.Parts, this] : [this];

    /// <summary>Whether it is a sum of products of dynamic axes, which can stand as the name of an axis.</summary>
    public bool IsPolynomial => Parts.All(static part => part is Number or Measured { Symbol: not null }
        or Binary { Operator: SizeOperator.Add or SizeOperator.Sub or SizeOperator.Mul });

    /// <summary>Whether nothing is rounded or cut, so that what holds at some sizes holds between them as
    /// well.</summary>
    public bool IsSmooth => !Parts.Any(static part => part is Binary
    {
        Operator: SizeOperator.Div or SizeOperator.Mod or SizeOperator.Min or SizeOperator.Max,
    });

    public static SizeExpression operator +(SizeExpression left, SizeExpression right) => (left, right) switch
    {
        (Number { Value: 0 }, _) => right,
        (_, Number { Value: 0 }) => left,
        (_, Number { Value: < 0 and > long.MinValue } number) => left - new Number(-number.Value),
        _ => new Binary(SizeOperator.Add, left, right),
    };

    public static SizeExpression operator -(SizeExpression left, SizeExpression right) =>
        right is Number { Value: 0 } ? left : new Binary(SizeOperator.Sub, left, right);

    public static SizeExpression operator *(SizeExpression left, SizeExpression right) => (left, right) switch
    {
        (Number { Value: 1 }, _) => right,
        (_, Number { Value: 1 }) => left,
        _ => new Binary(SizeOperator.Mul, left, right),
    };

    public static SizeExpression operator /(SizeExpression left, long divisor) =>
        divisor == 1 ? left : new Binary(SizeOperator.Div, left, new Number(divisor));

    public static SizeExpression operator %(SizeExpression left, long divisor) =>
        new Binary(SizeOperator.Mod, left, new Number(divisor));

    /// <summary>The sum of expressions, each with a factor, and of a number; what is added stands before what is
    /// subtracted.</summary>
    public static SizeExpression Sum(IEnumerable<(long Factor, SizeExpression Expression)> terms, long offset)
    {
        SizeExpression? sum = null;
        foreach (var (factor, expression) in terms.Where(static t => t.Factor != 0)
            .OrderByDescending(static t => t.Factor > 0))
        {
            var part = new Number(Math.Abs(factor)) * expression;
            sum = sum is not null ? factor > 0 ? sum + part : sum - part
                : factor > 0 ? part : new Number(offset) - part;
            if (factor < 0 && sum is Binary { Operator: SizeOperator.Sub, Left: Number })
            {
                offset = 0;
            }
        }
        return sum is null ? new Number(offset) : sum + new Number(offset);
    }

    /// <summary>Applies an operator to two numbers.</summary>
    /// <exception cref="OverflowException">The result leaves the range of int64.</exception>
    public static long Apply(SizeOperator op, long left, long right) => op switch
    {
        SizeOperator.Add => checked(left + right),
        SizeOperator.Sub => checked(left - right),
        SizeOperator.Mul => checked(left * right),
        SizeOperator.Div => left / right,
        SizeOperator.Mod => left % right,
        SizeOperator.Min => Math.Min(left, right),
        _ => Math.Max(left, right),
    };

    /// <summary>As C# writes it: <c>2*batch+1</c>, <c>(h+31)/32*32-h</c>.</summary>
    public sealed override string ToString() => Write(0);

    // Precedence: 0 for sums, 1 for what stands right of a minus, 2 for products, 3 for what stands right of one.
    private string Write(int precedence)
    {
        switch (this)
        {
            case Number number:
                string digits = number.Value.ToString(CultureInfo.InvariantCulture);
                return number.Value < 0 && precedence > 0 ? $"({digits})" : digits;
            case Measured measured:
                return measured.Symbol ?? $"{measured.Value}.shape[{measured.Axis}]";
            case Binary { Operator: SizeOperator.Min or SizeOperator.Max } extreme:
                string name = extreme.Operator == SizeOperator.Min ? "min" : "max";
                return $"{name}({extreme.Left.Write(0)}, {extreme.Right.Write(0)})";
            case Binary { Operator: SizeOperator.Add or SizeOperator.Sub } sum:
                bool minus = sum.Operator == SizeOperator.Sub;
                string text = $"{sum.Left.Write(0)}{(minus ? '-' : '+')}{sum.Right.Write(minus ? 1 : 0)}";
                return precedence > 0 ? $"({text})" : text;
            case Binary product:
                char sign = product.Operator switch { SizeOperator.Mul => '*', SizeOperator.Div => '/', _ => '%' };
                // A factor on the right may stand bare where only products meet: 2*a*b.
                bool bare = sign == '*' && product.Right is Measured or Number or Binary { Operator: SizeOperator.Mul };
                string whole = $"{product.Left.Write(2)}{sign}{product.Right.Write(bare ? 2 : 3)}";
                return precedence > 2 ? $"({whole})" : whole;
            default:
                throw new NotSupportedException($"expected a number, an axis or two of them, got {GetType().Name}");
        }
    }
}
