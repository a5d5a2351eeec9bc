using System.Text.Json.Serialization;
using MaaS.Core.Packages;
using MaaS.Tests;

namespace MaaS.Core.Tests;

/// <summary>Files that leave members out, as older ones do, mean the defaults.</summary>
public sealed partial class JsonDefaultsTests
{
    [Test]
    public void GeneratedContexts_MembersLeftOut_KeepTheirDefaults()
        => Assert.That(GeneratedJson.LostDefaults(typeof(ModelManifest).Assembly), Is.Empty);

    [Test]
    public void LostDefaults_InitOnlyMember_IsNamed()
        => Assert.That(GeneratedJson.LostDefaults(typeof(JsonDefaultsTests).Assembly), Is.EquivalentTo(new[]
        {
            "Inner.Names: expected [\"a\"], got null", "Outer.Count: expected 3, got 0",
        }));

    [Test]
    public void FromJson_OnlyAName_HasTheDefaultsOfTheRest()
        => Assert.That(
            ModelManifest.FromJson("""{"name": "n"}"""u8).ToJson(),
            Is.EqualTo(new ModelManifest { Name = "n" }.ToJson()));

    [Test]
    public void FromJson_TensorAndTextWithoutOptionalMembers_HaveTheirDefaults()
    {
        var manifest = ModelManifest.FromJson(
            """{"name": "n", "inputs": [{"name": "x", "type": "float32", "shape": [-1]}], "text": {"maxLength": 8}}"""u8);
        Assert.That(manifest.Inputs[0].AxisNames, Is.Empty);
        Assert.That(
            manifest.Text, Is.EqualTo(new TextPreprocessing { MaxLength = 8, Cleaning = manifest.Text!.Cleaning }));
        Assert.That(manifest.Text.Cleaning, Is.Empty);
    }

    [Test]
    public void FromJson_CleaningStepThatIsNull_IsNamedAsUnknown()
        => Assert.That(
            () => ModelManifest.FromJson("""{"name": "n", "text": {"maxLength": 8, "cleaning": [null]}}"""u8),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("expected cleaning steps among mail"));

    internal sealed record Outer
    {
        public required Inner Inner { get; init; }

        public int Count { get; init; } = 3;

        public int Kept { get; set; } = 3;
    }

    internal sealed record Inner
    {
        public IReadOnlyList<string> Names { get; init; } = ["a"];
    }

    [JsonSerializable(typeof(Outer))]
    internal sealed partial class LossyJson : JsonSerializerContext;
}
