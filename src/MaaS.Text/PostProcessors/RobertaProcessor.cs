using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Models;

namespace MaaS.Text.PostProcessors;

/// <summary><c>&lt;s&gt; A &lt;/s&gt;</c> and <c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>, all of type
/// 0.</summary>
internal sealed class RobertaProcessor(SpecialToken cls, SpecialToken sep, bool trimOffsets, bool addPrefixSpace)
    : IPostProcessor
{
    public const string TypeName = "RobertaProcessing";

    public string Name => TypeName;

    public Template Single { get; } = new(
        TemplateItem.Special(cls.Id, 0), TemplateItem.First(0), TemplateItem.Special(sep.Id, 0));

    public Template Pair { get; } = new(
        TemplateItem.Special(cls.Id, 0), TemplateItem.First(0), TemplateItem.Special(sep.Id, 0),
        TemplateItem.Special(sep.Id, 0), TemplateItem.Second(0), TemplateItem.Special(sep.Id, 0));

    public static RobertaProcessor Read(ComponentJson json) => new(
        SpecialToken.Read(json.Member("cls")), SpecialToken.Read(json.Member("sep")),
        json.Bool("trim_offsets", true), json.Bool("add_prefix_space", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        sep.Write(writer, "sep");
        cls.Write(writer, "cls");
        writer.WriteBoolean("trim_offsets", trimOffsets);
        writer.WriteBoolean("add_prefix_space", addPrefixSpace);
    }

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        if (trimOffsets)
        {
            OffsetTrimming.Trim(run, token, addPrefixSpace);
        }
    }
}
