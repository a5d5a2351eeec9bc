using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts at every character of a class.</summary>
internal abstract class ClassPreTokenizer(string name, CharClass delimiters, SplitBehavior behavior) : IPreTokenizer
{
    public string Name => name;

    public abstract void WriteMembers(Utf8JsonWriter writer);

    public void Split(TextBuffer text, WordList words)
    {
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            words.AddParts(start, end, Find(text.Chars[start..end]), behavior);
        }

        words.Commit();
    }

    private List<(int Start, int End)> Find(ReadOnlySpan<char> word)
    {
        List<(int, int)> found = [];
        for (int i = 0, width; i < word.Length; i += width)
        {
            if (CharClasses.At(word, i, out width).Is(delimiters))
            {
                found.Add((i, i + width));
            }
        }

        return found;
    }
}
