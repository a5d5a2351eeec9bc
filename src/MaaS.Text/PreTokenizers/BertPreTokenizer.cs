using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Words between white space; each punctuation mark is a word of its own.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    public const string TypeName = "BertPreTokenizer";

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
            ReadOnlySpan<char> chars = text.Chars[..end];
            for (int i = start, width; i < end; i += width)
            {
                var kind = CharClasses.At(chars, i, out width);
                if (!kind.Is(CharClass.Space | CharClass.Punctuation))
                {
                    continue;
                }

                words.Add(start, i);
                start = i + width;
                if (kind.Is(CharClass.Punctuation))
                {
                    words.Add(i, start);
                }
            }

            words.Add(start, end);
        }

        words.Commit();
    }
}
