using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>One normalizer after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public const string TypeName = "Sequence";

    public string Name => TypeName;

    public static NormalizerSequence Read(ComponentJson json)
        => new(TextNormalizers.Family.ReadAll(json.Member("normalizers")));

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteComponents("normalizers", normalizers);

    public void Normalize(TextBuffer text)
    {
        foreach (var normalizer in normalizers)
        {
            normalizer.Normalize(text);
        }
    }
}
