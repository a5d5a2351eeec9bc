using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;

namespace MaaS.Text.Decoders;

/// <summary>Turns the characters that stand for bytes back into text; bytes that are no UTF-8 become U+FFFD.</summary>
internal sealed class ByteLevelDecoder(ByteLevel options) : IDecoder
{
    public const string TypeName = ByteLevel.TypeName;

    public string Name => TypeName;

    public static ByteLevelDecoder Read(ComponentJson json) => new(ByteLevel.Read(json));

    public void WriteMembers(Utf8JsonWriter writer) => options.WriteMembers(writer);

    public List<string> Decode(List<string> tokens)
    {
        List<byte> bytes = [];
        foreach (var token in tokens)
        {
            var before = bytes.Count;
            foreach (var c in token)
            {
                if (ByteAlphabet.TryGetByte(c, out var value))
                {
                    bytes.Add(value);
                    continue;
                }

                // Not of the alphabet: an added token, which is text already.
                bytes.RemoveRange(before, bytes.Count - before);
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(token));
                break;
            }
        }

        return [System.Text.Encoding.UTF8.GetString([.. bytes])];
    }
}
