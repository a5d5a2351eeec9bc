using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Models;

namespace MaaS.Text.PostProcessors;

/// <summary><c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>; B and what follows are of type 1.</summary>
internal sealed class BertProcessor(SpecialToken cls, SpecialToken sep) : IPostProcessor
{
    public const string TypeName = "BertProcessing";

    public string Name => TypeName;

    public Template Single { get; } = new(
        TemplateItem.Special(cls.Id, 0), TemplateItem.First(0), TemplateItem.Special(sep.Id, 0));

    public Template Pair { get; } = new(
        TemplateItem.Special(cls.Id, 0), TemplateItem.First(0), TemplateItem.Special(sep.Id, 0),
        TemplateItem.Second(1), TemplateItem.Special(sep.Id, 1));

    public static BertProcessor Read(ComponentJson json)
        => new(SpecialToken.Read(json.Member("cls")), SpecialToken.Read(json.Member("sep")));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        sep.Write(writer, "sep");
        cls.Write(writer, "cls");
    }

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        // They are right.
    }
}
