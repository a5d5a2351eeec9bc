using System.Text.Json;

namespace MaaS.Text.Decoders;

/// <summary>Makes one piece of all, for decoders after it that look at the ends.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public const string TypeName = "Fuse";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}
