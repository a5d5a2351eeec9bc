using System.Collections.Concurrent;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Which overload of an operator a node calls.</summary>
/// <param name="Overload">Its name, such as <c>Tensor</c>; empty for the only one.</param>
/// <param name="Arguments">The arguments' names, in order.</param>
/// <param name="Writes">Whether it writes into one of its arguments: the schema marks it, as in <c>Tensor(a!)
/// self</c>.</param>
internal sealed record OperatorSchema(string Overload, IReadOnlyList<string> Arguments, bool Writes)
{
    // Schemas live as long as the process.
    private static readonly ConcurrentDictionary<nint, OperatorSchema> Read = new();

    /// <summary>A schema of libtorch.</summary>
    public static OperatorSchema Of(nint schema, TracerFunctions functions) =>
        Read.TryGetValue(schema, out var known) ? known : Read.GetOrAdd(schema, Parse(functions.SchemaText(schema)));

    /// <summary>Parses a schema such as <c>aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) ->
    /// Tensor(a!)</c>.</summary>
    /// <exception cref="TracingException">The text is none.</exception>
    public static OperatorSchema Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = open < 0 ? -1 : Close(text, open);
        if (close < 0)
        {
            throw new TracingException($"expected an operator's schema, got: {text}");
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var overload = dot >= 0 && dot < open ? text[(dot + 1)..open] : "";
        string[] arguments = [.. Split(text[(open + 1)..close]).Where(static part => part != "*")];
        return new OperatorSchema(
            overload, Array.ConvertAll(arguments, Name),
            arguments.Any(static a => a.Contains("!)", StringComparison.Ordinal)));
    }

    // "int[2] stride=1" → stride.
    private static string Name(string argument)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < argument.Length; i++)
        {
            var c = argument[i];
            depth += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            if (depth == 0 && c == ' ')
            {
                start = i + 1;
            }
            else if (depth == 0 && c == '=')
            {
                return argument[start..i];
            }
        }

        return argument[start..];
    }

    private static IEnumerable<string> Split(string arguments)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < arguments.Length; i++)
        {
            var c = arguments[i];
            if (c is '"' or '\'')
            {
                i = EndOfText(arguments, i);
            }
            else if (c == ',' && depth == 0)
            {
                yield return arguments[start..i].Trim();
                start = i + 1;
            }

            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
        }

        if (arguments[start..].Trim() is { Length: > 0 } last)
        {
            yield return last;
        }
    }

    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\'')
            {
                i = EndOfText(text, i);
                continue;
            }

            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static int EndOfText(string text, int quote)
    {
        var end = text.IndexOf(text[quote], quote + 1);
        return end < 0 ? text.Length - 1 : end;
    }
}
