using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.PreTokenizers;

/// <summary>The options that pre-tokenizer, post-processor and decoder of this name share; each heeds its
/// own.</summary>
/// <param name="AddPrefixSpace">Whether a space is added before a text that starts with none.</param>
/// <param name="TrimOffsets">Whether the spaces that tokens carry are left out of their ranges.</param>
/// <param name="UseRegex">Whether text is cut as GPT-2 does.</param>
internal sealed record ByteLevel(bool AddPrefixSpace, bool TrimOffsets = true, bool UseRegex = true)
{
    public const string TypeName = "ByteLevel";

    public static ByteLevel Read(ComponentJson json) =>
        new(json.Bool("add_prefix_space", true), json.Bool("trim_offsets", true), json.Bool("use_regex", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("add_prefix_space", AddPrefixSpace);
        writer.WriteBoolean("trim_offsets", TrimOffsets);
        writer.WriteBoolean("use_regex", UseRegex);
    }
}
