using System.Text.Json;
using MaaS.Core.Text.Json;

namespace MaaS.Core.Text.PostProcessors;

/// <summary>Adds no special tokens; leaves spaces out of the tokens' ranges if asked.</summary>
internal sealed class ByteLevelProcessor(bool trimOffsets, bool addPrefixSpace, bool useRegex = true) : IPostProcessor
{
    public const string TypeName = "ByteLevel";

    public string Name => TypeName;

    public Template? Single => null;

    public Template? Pair => null;

    public static ByteLevelProcessor Read(ComponentJson json) =>
        new(json.Bool("trim_offsets", true), json.Bool("add_prefix_space", true), json.Bool("use_regex", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("add_prefix_space", addPrefixSpace);
        writer.WriteBoolean("trim_offsets", trimOffsets);
        writer.WriteBoolean("use_regex", useRegex);
    }

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        if (trimOffsets) OffsetTrimming.Trim(run, token, addPrefixSpace);
    }
}
