using MaaS.Core.Packages;
using MaaS.Tests;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>BERT checkpoints, against NumPy (Fixtures/make_bert_checkpoints.py).</summary>
internal sealed class BertCheckpointTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-bert-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public void LoadClassifier_OldNamesOneFile_EqualsTheReference()
    {
        using var scope = NewDisposeScope();
        using var expected = Expected();

        var (model, report) = BertCheckpoint.LoadClassifier(Fixture("bert-classifier"));

        using (model)
        {
            Assert.That(report.IsComplete, report.ToString());
            Assert.That(
                Difference(model.call(expected["ids"], expected["mask"], expected["types"]), expected["classes"]),
                Is.LessThan(1e-5));
        }
    }

    [Test]
    public void LoadMaskedLanguage_Shards_EqualsTheReference()
    {
        using var scope = NewDisposeScope();
        using var expected = Expected();

        var (model, report) = BertCheckpoint.LoadMaskedLanguage(Fixture("bert-masked"));

        using (model)
        {
            Assert.That(report.IsComplete, report.ToString());
            var words =
                model.call(expected["ids"], expected["mask"], expected["types"]) * expected["mask"].unsqueeze(-1);
            Assert.That(Difference(words, expected["words"]), Is.LessThan(2e-5));
        }
    }

    [Test]
    public void LoadModel_CheckpointOfAnotherHead_ReportsTheHeads()
    {
        using var scope = NewDisposeScope();
        using var expected = Expected();
        Assert.That(() => BertCheckpoint.LoadModel(Fixture("bert-masked")), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("missing [bert.pooler.dense.weight, bert.pooler.dense.bias]")
            .And.Message.Contains("cls.predictions.transform.dense.weight"));

        var (model, report) = BertCheckpoint.LoadModel(Fixture("bert-masked"), strict: false);

        using (model)
        {
            Assert.That(
                report.Missing, Is.EquivalentTo(new[] { "bert.pooler.dense.weight", "bert.pooler.dense.bias" }));
            Assert.That(report.Unexpected, Is.EquivalentTo(new[]
            {
                "cls.predictions.bias", "cls.predictions.transform.dense.weight",
                "cls.predictions.transform.dense.bias",
                "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
            }));
            var hidden =
                model.call(expected["ids"], expected["mask"], expected["types"]) * expected["mask"].unsqueeze(-1);
            Assert.That(Difference(hidden, expected["hidden"]), Is.LessThan(1e-5));
        }
    }

    [Test]
    public void LoadWeights_OtherClasses_NamesTheKeyAndBothShapes()
    {
        var config = BertCheckpoint.ReadConfig(Fixture("bert-classifier"));
        using var model = new BertClassifier(config with { Id2Label = null });

        Assert.That(
            () => BertCheckpoint.LoadWeights(model, Fixture("bert-classifier"), strict: false),
            Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("classifier.weight: expected (2,8), got float32 (3,8)"));
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void LoadMaskedLanguage_DecoderBesideTheWords_IsRefusedWhereItDiffers(float difference, bool isComplete)
    {
        const string Words = "bert.embeddings.word_embeddings.weight", Decoder = "cls.predictions.decoder.weight";
        using var scope = NewDisposeScope();
        var folder = _folder.CreateSubdirectory($"decoder-{difference}").FullName;
        var (model, _) = BertCheckpoint.LoadMaskedLanguage(Fixture("bert-masked"));
        using (model)
        {
            var tensors = model.state_dict();
            tensors[Decoder] = tensors[Words].detach() + difference;
            ModelWeights.Write(Path.Combine(folder, SafeTensorsCheckpoint.FileName), tensors, null);
        }

        File.Copy(Path.Combine(Fixture("bert-masked"), "config.json"), Path.Combine(folder, "config.json"));

        var (loaded, report) = BertCheckpoint.LoadMaskedLanguage(folder, strict: false);
        loaded.Dispose();
        Assert.That(report.Unexpected, Is.EqualTo(isComplete ? Array.Empty<string>() : [Decoder]));
        Assert.That(() => BertCheckpoint.LoadMaskedLanguage(folder).Model.Dispose(), isComplete ? Throws.Nothing
            : Throws.TypeOf<InvalidDataException>()
                .With.Message.Contains($"{Decoder} differs from {Words}, and the model holds them as one"));
    }

    [TestCase(5_000_000_000)]
    [TestCase(3_000)]
    public void Save_Loaded_WritesTheReferencesTensorsUnderTodaysNames(long maxFileBytes)
    {
        var folder = _folder.CreateSubdirectory($"{maxFileBytes}").FullName;
        var config = BertCheckpoint.ReadConfig(Fixture("bert-classifier"));
        var (model, _) = BertCheckpoint.LoadClassifier(Fixture("bert-classifier"));
        using (model)
        {
            BertCheckpoint.Save(folder, model, config, maxFileBytes);
        }

        var written = Directory.GetFiles(folder, "*.safetensors")
            .SelectMany(static f => SafeTensorsParser.Parse(f).GetProperty("tensors").EnumerateObject())
            .ToDictionary(static t => t.Name, static t => t.Value.GetRawText());
        var original = SafeTensorsParser.Parse(Path.Combine(Fixture("bert-classifier"), SafeTensorsCheckpoint.FileName))
            .GetProperty("tensors").EnumerateObject()
            .Where(static t => !t.Name.EndsWith("position_ids", StringComparison.Ordinal))
            .ToDictionary(
                static t => t.Name.Replace("gamma", "weight", StringComparison.Ordinal)
                    .Replace("beta", "bias", StringComparison.Ordinal), static t => t.Value.GetRawText());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written.Keys, Is.EquivalentTo(original.Keys));
            Assert.That(
                original.Where(t => written.GetValueOrDefault(t.Key) != t.Value).Select(static t => t.Key), Is.Empty,
                "other values");
            Assert.That(
                BertCheckpoint.ReadConfig(folder) with { Id2Label = null },
                Is.EqualTo(config with { Id2Label = null }));
            Assert.That(BertCheckpoint.ReadConfig(folder).Id2Label, Is.EqualTo(config.Id2Label));
        }
    }

    private static string Fixture(string name)
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures", name);

    private static SafeTensorsFixture Expected() => new("Checkpoints", "Fixtures", "bert.safetensors");

    private static float Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}
