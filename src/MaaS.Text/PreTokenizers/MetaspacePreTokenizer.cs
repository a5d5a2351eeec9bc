using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Makes spaces visible marks and cuts before each, as SentencePiece does.</summary>
internal sealed class MetaspacePreTokenizer(Metaspace options) : IPreTokenizer
{
    public const string TypeName = Metaspace.TypeName;

    public string Name => TypeName;

    public static MetaspacePreTokenizer Read(ComponentJson json) => new(Metaspace.Read(json));

    public void WriteMembers(Utf8JsonWriter writer) => options.WriteMembers(writer);

    public void Split(TextBuffer text, WordList words)
    {
        text.BeginRewrite();
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            var wordStart = text.Written;
            if (StartsUnmarked(text.Chars[start]) && Prepends(text.Origin(start).Start))
            {
                text.Emit(options.Mark, text.OriginOfCodePoint(start));
            }

            for (var i = start; i < end; i++)
            {
                var isMark = text.Chars[i] == ' ' || text.Chars[i] == options.Mark;
                if (isMark && options.Split)
                {
                    words.Add(wordStart, text.Written);
                    wordStart = text.Written;
                }

                if (isMark)
                {
                    text.Emit(options.Mark, text.Origin(i));
                }
                else
                {
                    text.Keep(i);
                }
            }

            words.Add(wordStart, text.Written);
        }

        text.EndRewrite();
        words.Commit();
    }

    private bool StartsUnmarked(char first) => first != ' ' && first != options.Mark;

    private bool Prepends(int originalStart) =>
        options.Prepend == PrependScheme.Always || (options.Prepend == PrependScheme.First && originalStart == 0);
}
