using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Runs of word characters and runs of anything else but white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespacePreTokenizer : IPreTokenizer
{
    public const string TypeName = "Whitespace";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public void Split(TextBuffer text, WordList words)
    {
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            var previous = CharClass.Space;
            ReadOnlySpan<char> chars = text.Chars[..end];
            for (int i = start, width; i < end; i += width)
            {
                var kind = CharClasses.At(chars, i, out width) & (CharClass.Space | CharClass.Word);
                if (kind != previous)
                {
                    if (!previous.Is(CharClass.Space))
                    {
                        words.Add(start, i);
                    }

                    start = i;
                }

                previous = kind;
            }

            if (!previous.Is(CharClass.Space))
            {
                words.Add(start, end);
            }
        }

        words.Commit();
    }
}
