namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Arithmetic as Python has it.</summary>
internal static class PythonOperators
{
    public static object Apply(string op, object? a, object? b, Rendering run)
    {
        if (PythonValues.Number(a) is { } x && PythonValues.Number(b) is { } y)
        {
            return x is long m && y is long n ? Whole(op, m, n)
                : Real(op, Convert.ToDouble(x), Convert.ToDouble(y));
        }

        return (op, a, b) switch
        {
            ("+", string s, string t) => Joined(s, t, run),
            ("+", object?[] s, object?[] t) => Appended(s, t, run).ToArray(),
            ("+", List<object?> s, List<object?> t) => Appended(s, t, run),
            ("*", string s, _) when PythonValues.Number(b) is long n => Repeated(s, n, run),
            ("*", _, string s) when PythonValues.Number(a) is long n => Repeated(s, n, run),
            ("*", IReadOnlyList<object?> s, _) when PythonValues.Number(b) is long n => Repeated(s, n, run),
            ("*", _, IReadOnlyList<object?> s) when PythonValues.Number(a) is long n => Repeated(s, n, run),
            ("%", string, _) => throw new TemplateFault("formatting by '%' is not supported; join the parts by '~'"),
            _ => throw PythonValues.Missing(a) ?? PythonValues.Missing(b) ?? new TemplateFault(
                $"'{op}' cannot take {PythonValues.TypeName(a)} and {PythonValues.TypeName(b)}"),
        };
    }

    public static object Negative(object? value) => PythonValues.Number(value) switch
    {
        long whole => Checked(() => checked(-whole)),
        double real => -real,
        _ => throw PythonValues.Missing(value)
            ?? new TemplateFault($"'-' expects a number, got {PythonValues.TypeName(value)}"),
    };

    public static object Positive(object? value) => PythonValues.Number(value)
        ?? throw PythonValues.Missing(value)
        ?? new TemplateFault($"'+' expects a number, got {PythonValues.TypeName(value)}");

    private static object Whole(string op, long a, long b) => op switch
    {
        "+" => Checked(() => checked(a + b)),
        "-" => Checked(() => checked(a - b)),
        "*" => Checked(() => checked(a * b)),
        "/" => Real(op, a, b),
        "//" => b == 0 ? throw ByZero() : Checked(() => checked(a / b) - (a % b != 0 && a < 0 != b < 0 ? 1 : 0)),
        "%" => b == 0 ? throw ByZero() : b == -1 ? 0L : FloorModulo(a, b),
        _ => b < 0 ? Real(op, a, b) : Checked(() => Power(a, b)),
    };

    private static object Real(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw ByZero() : a / b,
        "//" => b == 0 ? throw ByZero() : Floor(a, b),
        "%" => b == 0 ? throw ByZero() : Modulo(a, b),
        _ => a == 0 && b < 0 ? throw ByZero() : Power(a, b),
    };

    private static double Power(double a, double b)
    {
        var power = Math.Pow(a, b);
        return double.IsFinite(power) || !double.IsFinite(a) || !double.IsFinite(b) ? power
            : throw new TemplateFault($"{PythonText.Real(a)} ** {PythonText.Real(b)} is no real number");
    }

    private static long FloorModulo(long a, long b)
    {
        var rest = a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }

    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        return rest == 0 ? Math.CopySign(0, b) : rest < 0 != b < 0 ? rest + b : rest;
    }

    // As CPython: the quotient of what is left after the remainder.
    private static double Floor(double a, double b)
    {
        var quotient = (a - Modulo(a, b)) / b;
        if (quotient == 0)
        {
            return Math.CopySign(0, a / b);
        }

        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static long Power(long a, long b)
    {
        if (a is 0 or 1 or -1)
        {
            return b == 0 || a == 1 ? 1 : a == 0 ? 0 : b % 2 == 0 ? 1 : -1;
        }

        var power = 1L;
        for (var i = 0L; i < b; i++)
        {
            power = checked(power * a);
        }

        return power;
    }

    private static object Checked(Func<long> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException e)
        {
            throw new TemplateFault("a whole number does not fit into 64 bits", e);
        }
    }

    private static TemplateFault ByZero() => new("division by zero");

    private static string Joined(string s, string t, Rendering run)
    {
        run.Make(s.Length + t.Length);
        return s + t;
    }

    private static List<object?> Appended(IReadOnlyCollection<object?> s, IReadOnlyCollection<object?> t, Rendering run)
    {
        run.Make(s.Count + t.Count);
        return [.. s, .. t];
    }

    private static string Repeated(string text, long count, Rendering run)
    {
        if (count <= 0 || text.Length == 0)
        {
            return "";
        }

        run.Make(Bounded(text.Length, count));
        return string.Concat(Enumerable.Repeat(text, (int)count));
    }

    private static object Repeated(IReadOnlyList<object?> items, long count, Rendering run)
    {
        count = items.Count == 0 ? 0 : Math.Max(count, 0);
        run.Make(Bounded(items.Count, count));
        List<object?> all = [.. Enumerable.Repeat(items, (int)count).SelectMany(static i => i)];
        return items.GetType() == typeof(object?[]) ? all.ToArray() : all;
    }

    private static long Bounded(long size, long count)
        => count > Rendering.MaxMade ? long.MaxValue >> 1 : size * count;
}
