using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Words between white space.</summary>
internal sealed class WhitespaceSplitPreTokenizer : IPreTokenizer
{
    public const string TypeName = "WhitespaceSplit";

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
            for (var i = start; i < end; i++)
            {
                if (!char.IsWhiteSpace(text.Chars[i]))
                {
                    continue;
                }

                words.Add(start, i);
                start = i + 1;
            }

            words.Add(start, end);
        }

        words.Commit();
    }
}
