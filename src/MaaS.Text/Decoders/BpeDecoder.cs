using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Decoders;

/// <summary>Turns the suffix that ends words into spaces.</summary>
internal sealed class BpeDecoder(string suffix) : IDecoder
{
    public const string TypeName = "BPEDecoder";

    public string Name => TypeName;

    public static BpeDecoder Read(ComponentJson json) => new(json.String("suffix", "</w>") is { Length: > 0 } suffix
        ? suffix : throw json.Member("suffix").Fault("a suffix that is not empty"));

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteString("suffix", suffix);

    public List<string> Decode(List<string> tokens) =>
        [.. tokens.Select(
            (token, i) => token.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
