using System.Text;
using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Decoders;

/// <summary>Puts a text in the place of every match of a pattern.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : IDecoder
{
    public const string TypeName = "Replace";

    public string Name => TypeName;

    public static ReplaceDecoder Read(ComponentJson json)
        => new(TextPattern.Read(json.Member("pattern")), json.String("content"));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        pattern.Write(writer, "pattern");
        writer.WriteString("content", content);
    }

    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Replace)];

    private string Replace(string token)
    {
        var (text, done) = (new StringBuilder(), 0);
        foreach (var (start, end) in pattern.Matches(token))
        {
            text.Append(token, done, start - done).Append(content);
            done = end;
        }

        return text.Append(token, done, token.Length - done).ToString();
    }
}
