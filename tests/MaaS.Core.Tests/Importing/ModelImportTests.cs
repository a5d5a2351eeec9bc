using System.Security.Cryptography;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Tests;
using MaaS.Text.Training;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Tests.Importing;

public sealed class ModelImportTests
{
    private static readonly string[] Corpus = ["one two three four five six"];
    private static readonly string[] Names = ["bad", "good"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task FromOnnx_File_SaysNamesAndShapesAndInventsNothing()
    {
        Classifier().Save(_folder["net.onnx"]);

        var imported = await ModelImport.FromOnnxAsync(_folder["net.onnx"], _folder["net.maas"]);

        using var package = await ModelPackage.OpenAsync(_folder["net.maas"]);
        var manifest = package.Manifest;
        Assert.That(manifest.Name, Is.EqualTo("net"));
        Assert.That(
            manifest.Inputs.Select(static i => $"{i}"),
            Is.EqualTo(new[] { "input_ids: int64[batch,sequence]", "attention_mask: int64[batch,sequence]" }));
        Assert.That(manifest.Outputs.Select(static o => $"{o}"), Is.EqualTo(new[] { "logits: float32[batch,2]" }));
        Assert.That(
            (manifest.Task, manifest.Labels, manifest.Preprocessing, manifest.Text, manifest.Metrics),
            Is.EqualTo(((string?)null, (IReadOnlyList<string>?)null, (ImagePreprocessing?)null,
                (TextPreprocessing?)null, (IReadOnlyDictionary<string, double>?)null)));
        Assert.That(
            manifest.Files["model.onnx"].Sha256,
            Is.EqualTo(Convert.ToHexStringLower(
                SHA256.HashData(await File.ReadAllBytesAsync(_folder["net.onnx"])))), "the file as it is");
        Assert.That(imported.Notes, Has.Some.Contains("no task"));
    }

    [Test]
    public async Task FromOnnx_ExternalData_IsPutInside()
    {
        var model = Classifier();
        model.Save(_folder["net.onnx"], externalDataThreshold: 0);
        Assert.That(Directory.EnumerateFiles(_folder.Path).Count(), Is.EqualTo(2), "the weights lie beside it");

        await ModelImport.FromOnnxAsync(_folder["net.onnx"], _folder["net.maas"]);

        using var package = await ModelPackage.OpenAsync(_folder["net.maas"]);
        var inside = OnnxModel.Load((await package.ReadAsync("model.onnx")).AsSpan());
        Assert.That(inside.Graph.Initializer.Select(static i => i.ExternalData.Count), Is.All.Zero);
        Assert.That(inside.Graph.Initializer[0].Name, Is.EqualTo(model.Graph.Initializer[0].Name));
    }

    [Test]
    public async Task FromHuggingFace_Classifier_TakesLabelsAndTokenizer()
    {
        await MakeHuggingFaceAsync("""{"0":"bad","1":"good"}""");

        var imported = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["hf.maas"]);

        using var package = await ModelPackage.OpenAsync(_folder["hf.maas"]);
        Assert.That(package.Manifest.Task, Is.EqualTo(ModelManifest.Classification));
        Assert.That(package.Manifest.Labels, Is.EqualTo(Names));
        Assert.That(package.Manifest.Text!.MaxLength, Is.EqualTo(64), "the smaller of the two limits");
        Assert.That(package.Manifest.Files.Keys, Has.Member("tokenizer.json").And.Member("config.json"));
        using var classifier = await TextClassifier.OpenAsync(_folder["hf.maas"]);
        Assert.That(classifier.Labels, Is.EqualTo(Names));
        Assert.That(imported.Notes, Is.Empty);
    }

    [TestCase("""{"0":"LABEL_0","1":"LABEL_1"}""", "placeholders")]
    [TestCase("""{"0":"a","1":"b","2":"c"}""", "do not fit")]
    [TestCase("""{"0":"a","1":"a"}""", "do not fit")]
    [TestCase("""{"0":"a","5":"b"}""", "do not fit")]
    [TestCase("[]", "names no labels")]
    public async Task FromHuggingFace_LabelsThatAreNone_AreLeftOut(string labels, string note)
    {
        await MakeHuggingFaceAsync(labels);

        var imported = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["hf.maas"]);

        Assert.That(imported.Manifest.Labels, Is.Null);
        Assert.That(imported.Notes, Has.One.Contains(note));
    }

    [Test]
    public async Task FromHuggingFace_Faulty_SaysWhatIsMissing()
    {
        await MakeHuggingFaceAsync("{}");
        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["x.maas"], new() { Name = "../x" }),
            Throws.ArgumentException);
        File.Move(_folder["hf/model.onnx"], _folder["hf/a.onnx"]);
        File.Copy(_folder["hf/a.onnx"], _folder["hf/b.onnx"]);
        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["x.maas"]),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("a.onnx, b.onnx"));
        File.Delete(_folder["hf/config.json"]);
        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["x.maas"]),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("config.json"));
        await File.WriteAllTextAsync(_folder["no.onnx"], "no network");
        Assert.That(
            () => ModelImport.FromOnnxAsync(_folder["no.onnx"], _folder["x.maas"]),
            Throws.TypeOf<InvalidDataException>());
        Assert.That(File.Exists(_folder["x.maas"]), Is.False);
    }

    [TestCase("""
        "problem_type":"multi_label_classification",
        """, """{"0":"bad","1":"good"}""", "multi_label_classification")]
    [TestCase("""
        "problem_type":"regression",
        """, """{"0":"bad","1":"good"}""", "regression")]
    [TestCase("""
        "num_labels":1,
        """, "{}", "one output")]
    [TestCase("", """{"0":"score"}""", "one output")]
    public async Task FromHuggingFace_OtherProblemThanOneOfSeveralLabels_IsRefusedByName(
        string more, string labels, string got)
    {
        await MakeHuggingFaceAsync(labels, more);

        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["x.maas"]),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains(got)
                .And.Message.Contains("DistilBertForSequenceClassification"));
        Assert.That(File.Exists(_folder["x.maas"]), Is.False);
    }

    [TestCase("""
        "problem_type":"single_label_classification","model_type":"roberta","pad_token_id":1,
        """, 38)]
    [TestCase("""
        "model_type":"xlm-roberta",
        """, 38)]
    [TestCase("""
        "model_type":"bert",
        """, 40)]
    public async Task FromHuggingFace_PositionsAfterPadding_HoldFewerTokens(string more, int expected)
    {
        await MakeHuggingFaceAsync("""{"0":"bad","1":"good"}""", more, positions: 40);

        var imported = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["x.maas"]);

        Assert.That(imported.Manifest.Text!.MaxLength, Is.EqualTo(expected));
    }

    private async Task MakeHuggingFaceAsync(string labels, string more = "", int positions = 512)
    {
        Directory.CreateDirectory(_folder["hf"]);
        Classifier().Save(_folder["hf/model.onnx"]);
        WordPieceTrainer.Train(Corpus, new() { VocabSize = 200, MinFrequency = 1 }).Save(_folder["hf/tokenizer.json"]);
        await File.WriteAllTextAsync(
            _folder["hf/config.json"],
            $$"""
            {"architectures":["DistilBertForSequenceClassification"],"max_position_embeddings":{{positions}},
            {{more}}"id2label":{{labels}}}
            """);
        await File.WriteAllTextAsync(_folder["hf/tokenizer_config.json"], """{"model_max_length":64}""");
    }

    // (B, S) ids and mask → (B, 2): the sum over both, times a row.
    private static OnnxModel Classifier()
    {
        var builder = new GraphBuilder("classifier");
        builder.AddInput("input_ids", DataType.Int64, ["batch", "sequence"]);
        builder.AddInput("attention_mask", DataType.Int64, ["batch", "sequence"]);
        builder.AddInitializer(OnnxTensor.Create<float>("row", [1, -1], 1, 2));
        builder.AddInitializer(OnnxTensor.Create<long>("axis", [1], 1));
        builder.Graph.Node.Add(
        [
            new NodeProto { OpType = "Mul", Name = "n1", Input = { "input_ids", "attention_mask" }, Output = { "a" } },
            new NodeProto { OpType = "ReduceSum", Name = "n2", Input = { "a", "axis" }, Output = { "b" } },
            new NodeProto
            {
                OpType = "Cast",
                Name = "n3",
                Input = { "b" },
                Output = { "c" },
                Attribute =
                {
                    new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = 1 },
                },
            },
            new NodeProto { OpType = "MatMul", Name = "n4", Input = { "c", "row" }, Output = { "logits" } },
        ]);
        builder.AddOutput("logits", DataType.Float, ["batch", 2]);
        return builder.Build();
    }
}
