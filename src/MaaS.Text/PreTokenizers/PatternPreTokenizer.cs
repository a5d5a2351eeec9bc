using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts where a pattern matches.</summary>
internal abstract class PatternPreTokenizer(string name, TextPattern pattern, SplitBehavior behavior, bool invert)
    : IPreTokenizer
{
    public string Name => name;

    public abstract void WriteMembers(Utf8JsonWriter writer);

    public void Split(TextBuffer text, WordList words)
    {
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            words.AddParts(start, end, pattern.Matches(text.Chars[start..end]), behavior, invert);
        }

        words.Commit();
    }
}
