using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.PreTokenizers;

namespace MaaS.Text.Decoders;

/// <summary>Turns marks back into spaces; the one that was added before the text goes.</summary>
internal sealed class MetaspaceDecoder(Metaspace options) : IDecoder
{
    public const string TypeName = Metaspace.TypeName;

    public string Name => TypeName;

    public static MetaspaceDecoder Read(ComponentJson json) => new(Metaspace.Read(json));

    public void WriteMembers(Utf8JsonWriter writer) => options.WriteMembers(writer);

    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Piece)];

    private string Piece(string token, int index) => index == 0 && options.Prepend != PrependScheme.Never
        ? token.Replace(options.Mark.ToString(), "", StringComparison.Ordinal)
        : token.Replace(options.Mark, ' ');
}
