using System.Text;
using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts as GPT-2 does and writes every byte of the words' UTF-8 as one printable character.</summary>
internal sealed class ByteLevelPreTokenizer(ByteLevel options) : IPreTokenizer
{
    public const string TypeName = ByteLevel.TypeName;

    public string Name => TypeName;

    public static ByteLevelPreTokenizer Read(ComponentJson json) => new(ByteLevel.Read(json));

    public void WriteMembers(Utf8JsonWriter writer) => options.WriteMembers(writer);

    public void Split(TextBuffer text, WordList words)
    {
        if (options.AddPrefixSpace)
        {
            AddPrefixSpaces(text, words);
        }

        text.BeginRewrite();
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            while (start < end)
            {
                var next = options.UseRegex ? start + Gpt2Words.FirstLength(text.Chars[start..end]) : end;
                var written = text.Written;
                EmitBytes(text, start, next);
                words.Add(written, text.Written);
                start = next;
            }
        }

        text.EndRewrite();
        words.Commit();
    }

    private static void AddPrefixSpaces(TextBuffer text, WordList words)
    {
        text.BeginRewrite();
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            var written = text.Written;
            if (text.Chars[start] != ' ')
            {
                text.Emit(' ', text.OriginOfCodePoint(start));
            }

            for (var i = start; i < end; i++)
            {
                text.Keep(i);
            }

            words.Add(written, text.Written);
        }

        text.EndRewrite();
        words.Commit();
    }

    private static void EmitBytes(TextBuffer text, int start, int end)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var alphabet = ByteAlphabet.Chars;
        for (int i = start, width; i < end; i += width)
        {
            var unit = text.Chars[i];
            width = 1;
            if (unit < 0x80)
            {
                text.Emit(alphabet[unit], text.Origin(i));
                continue;
            }

            var codePoint = Unicode.CharClasses.CodePointAt(text.Chars, i, out width);
            var origin = text.Origin(i, i + width);
            foreach (var b in utf8[..new Rune(codePoint).EncodeToUtf8(utf8)])
            {
                text.Emit(alphabet[b], origin);
            }
        }
    }
}
