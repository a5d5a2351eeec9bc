using System.Text.Json;

namespace MaaS.Serving.OpenAi;

/// <summary>Checks what JSON allows and nothing that reads a request can make sense of, in all of a body at once:
/// schemas, arguments and variables of templates are read long after the request itself.</summary>
internal static class RequestText
{
    /// <summary>Checks every string and every object.</summary>
    /// <param name="body">UTF-8.</param>
    /// <exception cref="Faults.RequestException">400: a string is no Unicode text, as <c>"\ud800"</c>, or an object has
    /// a member twice. The parameter is the place.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Check(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var open = new Stack<Level>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Step(open);
                    open.Push(new Level(new HashSet<string>(StringComparer.Ordinal)));
                    break;
                case JsonTokenType.StartArray:
                    Step(open);
                    open.Push(new Level(Names: null));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var level = open.Peek();
                    level.Name = null;
                    level.Name = Text(ref reader, open);
                    if (!level.Names!.Add(level.Name))
                    {
                        throw RequestFields.Fault(Path(open), "expected it once, got it twice");
                    }

                    break;
                case JsonTokenType.String:
                    Step(open);
                    if (reader.ValueIsEscaped)
                    {
                        Text(ref reader, open);
                    }

                    break;
                default:
                    Step(open);
                    break;
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader, Stack<Level> open)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw RequestFields.Fault(Path(open), "expected Unicode text, got half of a surrogate pair");
        }
    }

    // A value begins.
    private static void Step(Stack<Level> open)
    {
        if (open.TryPeek(out var level) && level.Names is null)
        {
            level.Count++;
        }
    }

    // As messages[1].content; null for the body itself.
    private static string? Path(Stack<Level> open)
    {
        var path = string.Concat(open.Reverse().Select(static l => l.Names is null ? $"[{l.Count - 1}]"
            : l.Name is null ? "" : $".{l.Name}"));
        return path.Length == 0 ? null : path.TrimStart('.');
    }

    /// <summary>An object or array that is being read.</summary>
    /// <param name="Names">Members so far; null for an array.</param>
    private sealed record Level(HashSet<string>? Names)
    {
        /// <summary>The member that is being read.</summary>
        public string? Name { get; set; }

        /// <summary>Entries that have begun.</summary>
        public int Count { get; set; }
    }
}
