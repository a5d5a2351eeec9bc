namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Arithmetic of two values.</summary>
internal sealed class Arithmetic(int line, string op, Expression left, Expression right) : Expression(line)
{
    protected override object? Compute(Frame frame)
        => PythonOperators.Apply(op, left.Value(frame), right.Value(frame), frame.Run);
}

/// <summary>Plus or minus before a value.</summary>
internal sealed class Sign(int line, bool negative, Expression operand) : Expression(line)
{
    protected override object? Compute(Frame frame) => negative
        ? PythonOperators.Negative(operand.Value(frame)) : PythonOperators.Positive(operand.Value(frame));
}

/// <summary>Texts of values, joined by <c>~</c>.</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var texts = parts.Select(p => p.Text(frame)).ToArray();
        frame.Run.Make(texts.Sum(static t => (long)t.Length));
        return string.Concat(texts);
    }
}

/// <summary><c>and</c> and <c>or</c>, which give one of their values and compute the second only where it
/// counts.</summary>
internal sealed class Junction(int line, bool all, Expression left, Expression right) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var first = left.Value(frame);
        return PythonValues.IsTrue(first) == all ? right.Value(frame) : first;
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class Negation(int line, Expression operand) : Expression(line)
{
    protected override object? Compute(Frame frame) => !PythonValues.IsTrue(operand.Value(frame));
}

/// <summary><c>a if b else c</c>.</summary>
internal sealed class Choice(int line, Expression condition, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object? Compute(Frame frame) => PythonValues.IsTrue(condition.Value(frame))
        ? then.Value(frame)
        : otherwise is not null ? otherwise.Value(frame) : new Undefined("the value of an 'if' without 'else'");
}

/// <summary>A chain of comparisons: <c>a &lt; b &lt; c</c> means that each holds.</summary>
internal sealed class Comparison(
    int line, Expression first, IReadOnlyList<(string Operator, Expression Operand)> rest) : Expression(line)
{
    protected override object? Compute(Frame frame)
    {
        var left = first.Value(frame);
        foreach (var (op, operand) in rest)
        {
            var right = operand.Value(frame);
            if (!Holds(op, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    public static bool Holds(string op, object? left, object? right) => op switch
    {
        "==" => PythonValues.AreEqual(left, right),
        "!=" => !PythonValues.AreEqual(left, right),
        "in" => PythonValues.Contains(right, left),
        "not in" => !PythonValues.Contains(right, left),
        "<" => PythonValues.Order(left, right) < 0,
        "<=" => PythonValues.Order(left, right) <= 0,
        ">" => PythonValues.Order(left, right) > 0,
        _ => PythonValues.Order(left, right) >= 0,
    };
}
