using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.PreTokenizers;

/// <summary>The options that the pre-tokenizer and the decoder of this name share.</summary>
/// <param name="Mark">Stands for a space.</param>
/// <param name="Prepend">Where the mark is added.</param>
/// <param name="Split">Whether words are cut before each mark.</param>
internal sealed record Metaspace(char Mark, PrependScheme Prepend, bool Split)
{
    public const string TypeName = "Metaspace";

    public static Metaspace Read(ComponentJson json)
    {
        // Files from before 2024 say add_prefix_space.
        var scheme = json.String("prepend_scheme", json.Bool("add_prefix_space", true) ? "always" : "never");
        return new(
            json.Char("replacement", '▁'),
            Enum.TryParse<PrependScheme>(scheme, ignoreCase: true, out var prepend)
                ? prepend : throw json.Member("prepend_scheme").Fault("always, never or first"),
            json.Bool("split", true));
    }

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("replacement", Mark.ToString());
        writer.WriteString("prepend_scheme", Prepend.ToString().ToLowerInvariant());
        writer.WriteBoolean("split", Split);
    }
}
