using System.Text;
using System.Text.Json;
using MaaS.Core.Generation.Grammars.Automata;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Values of a schema as documents write them: without white space, each text in one way only.</summary>
internal static class LiteralText
{
    public static byte[] Of(JsonElement value)
    {
        List<byte> bytes = [];
        Add(bytes, value);
        return [.. bytes];
    }

    private static void Add(List<byte> bytes, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                bytes.Add((byte)'{');
                var first = true;
                foreach (var member in value.EnumerateObject())
                {
                    AddComma(bytes, ref first);
                    AddString(bytes, member.Name);
                    bytes.Add((byte)':');
                    Add(bytes, member.Value);
                }

                bytes.Add((byte)'}');
                break;
            case JsonValueKind.Array:
                bytes.Add((byte)'[');
                var begin = true;
                foreach (var item in value.EnumerateArray())
                {
                    AddComma(bytes, ref begin);
                    Add(bytes, item);
                }

                bytes.Add((byte)']');
                break;
            case JsonValueKind.String:
                AddString(bytes, value.GetString()!);
                break;
            default:
                bytes.AddRange(Encoding.UTF8.GetBytes(value.GetRawText()));
                break;
        }
    }

    private static void AddComma(List<byte> bytes, ref bool first)
    {
        if (!first)
        {
            bytes.Add((byte)',');
        }

        first = false;
    }

    private static void AddString(List<byte> bytes, string text)
    {
        bytes.Add((byte)'"');
        bytes.AddRange(CharRules.Contents(text));
        bytes.Add((byte)'"');
    }
}
