using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Models;
using MaaS.Text.PreTokenizers;

namespace MaaS.Text.PostProcessors;

/// <summary>Adds no special tokens; leaves spaces out of the tokens' ranges if asked.</summary>
internal sealed class ByteLevelProcessor(ByteLevel options) : IPostProcessor
{
    public const string TypeName = ByteLevel.TypeName;

    public string Name => TypeName;

    public Template? Single => null;

    public Template? Pair => null;

    public static ByteLevelProcessor Read(ComponentJson json) => new(ByteLevel.Read(json));

    public void WriteMembers(Utf8JsonWriter writer) => options.WriteMembers(writer);

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        if (options.TrimOffsets)
        {
            OffsetTrimming.Trim(run, token, options.AddPrefixSpace);
        }
    }
}
