using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Puts a text in the place of every match of a pattern; it comes from the last character that it
/// replaces.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : INormalizer
{
    public const string TypeName = "Replace";

    public string Name => TypeName;

    public static ReplaceNormalizer Read(ComponentJson json)
        => new(TextPattern.Read(json.Member("pattern")), json.String("content"));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        pattern.Write(writer, "pattern");
        writer.WriteString("content", content);
    }

    public void Normalize(TextBuffer text)
    {
        var done = 0;
        text.BeginRewrite();
        foreach (var (start, end) in pattern.Matches(text.Chars))
        {
            while (done < start)
            {
                text.Keep(done++);
            }

            var origin = text.OriginOfCodePointBefore(end);
            foreach (var unit in content)
            {
                text.Emit(unit, origin);
            }

            done = end;
        }

        while (done < text.Length)
        {
            text.Keep(done++);
        }

        text.EndRewrite();
    }
}
