using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Decoders;

/// <summary>One decoder after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> decoders) : IDecoder
{
    public const string TypeName = "Sequence";

    public string Name => TypeName;

    public IReadOnlyList<IDecoder> Decoders => decoders;

    public static DecoderSequence Read(ComponentJson json) => new(TextDecoders.Family.ReadAll(json.Member("decoders")));

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteComponents("decoders", decoders);

    public List<string> Decode(List<string> tokens)
        => decoders.Aggregate(tokens, static (pieces, decoder) => decoder.Decode(pieces));
}
