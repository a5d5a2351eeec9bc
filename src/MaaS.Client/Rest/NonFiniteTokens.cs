namespace MaaS.Client.Rest;

/// <summary>The tokens NaN, Infinity and -Infinity, which servers write and JSON lacks.</summary>
internal static class NonFiniteTokens
{
    private static ReadOnlySpan<byte> NaN => "NaN"u8;

    private static ReadOnlySpan<byte> Infinity => "Infinity"u8;

    /// <summary>The same JSON with bare tokens in quotes; the very same memory where there are none.</summary>
    public static ReadOnlyMemory<byte> Quote(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        if (text.IndexOf(NaN) < 0 && text.IndexOf(Infinity) < 0)
        {
            return json;
        }

        var quoted = new List<byte>(text.Length + 64);
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            var length = inString ? 0 : LengthAt(text[i..]);
            if (length > 0)
            {
                quoted.Add((byte)'"');
                quoted.AddRange(text.Slice(i, length));
                quoted.Add((byte)'"');
                i += length - 1;
                continue;
            }

            quoted.Add(text[i]);
            if (text[i] == '\\' && inString && i + 1 < text.Length)
            {
                quoted.Add(text[++i]);
            }
            else if (text[i] == '"')
            {
                inString = !inString;
            }
        }

        return quoted.ToArray();
    }

    private static int LengthAt(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'N', ..] when text.StartsWith(NaN) => NaN.Length,
        [(byte)'I', ..] when text.StartsWith(Infinity) => Infinity.Length,
        [(byte)'-', ..] when text[1..].StartsWith(Infinity) => Infinity.Length + 1,
        _ => 0,
    };
}
