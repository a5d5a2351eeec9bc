using System.Globalization;
using System.Numerics;
using System.Text;

namespace MaaS.Training.Tracing;

/// <summary>Reads constants as libtorch writes them in the text of a graph.</summary>
internal static class ConstantText
{
    /// <summary>Reads a constant by its declared type: a real may stand without a point.</summary>
    /// <param name="type">Such as <c>int</c>, <c>float[]</c> or <c>str?</c>.</param>
    /// <param name="text">Such as <c>[1, 2]</c>.</param>
    /// <exception cref="TracingException">MaaS knows no such type.</exception>
    public static TraceConstant Read(string type, string text)
    {
        type = type.TrimEnd('?');
        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            return new TraceConstant.List(
                [.. text[1..^1].Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(
                    item => Read(type[..^2], item))]);
        }

        return type switch
        {
            "int" or "SymInt" => new TraceConstant.Int(long.Parse(text, CultureInfo.InvariantCulture)),
            "bool" => new TraceConstant.Flag(text is "1" or "True" or "true"),
            "float" => new TraceConstant.Real(Real(text)),
            "complex" => new TraceConstant.ComplexNumber(ComplexNumber(text)),
            "str" or "Device" => new TraceConstant.Text(Unquoted(text)),
            "NoneType" => new TraceConstant.None(),
            _ => throw new TracingException($"a constant of libtorch's type {type} has no form here: {text}"),
        };
    }

    // C's libraries write inf and nan, with signs and, on Windows, nan(ind).
    private static double Real(string text)
    {
        var digits = text.AsSpan().TrimStart('-');
        return digits.StartsWith("nan") ? double.NaN
            : digits.StartsWith("inf") ? text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity
            : double.Parse(text, CultureInfo.InvariantCulture);
    }

    // 1.+2.j: the sign that splits it stands neither first nor after an exponent.
    private static Complex ComplexNumber(string text)
    {
        var number = text.TrimEnd('j');
        for (var i = number.Length - 1; i > 0; i--)
        {
            if (number[i] is '+' or '-' && number[i - 1] is not ('e' or 'E' or '+' or '-'))
            {
                return new Complex(Real(number[..i]), Real(number[i..].TrimStart('+')));
            }
        }

        throw new TracingException($"expected a complex number, got {text}");
    }

    // The quotes and escapes of C.
    private static string Unquoted(string text)
    {
        var result = new StringBuilder();
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            var c = text[++i];
            if (c is >= '0' and <= '7')
            {
                result.Append((char)Convert.ToInt32(text[i..(i + 3)], 8));
                i += 2;
                continue;
            }

            result.Append(c switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                _ => c,
            });
        }

        return result.ToString();
    }
}
