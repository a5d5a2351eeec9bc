using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Decoders;

/// <summary>Leaves up to so many of one character out at each piece's ends.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : IDecoder
{
    public const string TypeName = "Strip";

    public string Name => TypeName;

    public static StripDecoder Read(ComponentJson json)
        => new(json.Char("content"), json.Int("start", 0), json.Int("stop", 0));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("content", content.ToString());
        writer.WriteNumber("start", start);
        writer.WriteNumber("stop", stop);
    }

    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        var (from, to) = (0, token.Length);
        while (from < start && from < to && token[from] == content)
        {
            from++;
        }

        while (token.Length - to < stop && to > from && token[to - 1] == content)
        {
            to--;
        }

        return token[from..to];
    }
}
