using System.Text.Json;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Tests;

namespace MaaS.Core.Tests.Packages;

/// <summary>The real weights of a sentence encoder against NumPy; see Fixtures/make_minilm.py.</summary>
public sealed class SentenceEncoderTests
{
    private readonly TemporaryFolder _folder = new();
    private ImportedModel _imported = null!;
    private SentenceEncoder _encoder = null!;
    private Reference[] _reference = [];

    private static string Weights => DatasetDirectory.Candidates("minilm", null).First(Directory.Exists);

    [OneTimeSetUp]
    public async Task Import()
    {
        _imported = await MiniLm.ImportAsync(Weights, _folder["source"], _folder["minilm.maas"]);
        _encoder = await SentenceEncoder.OpenAsync(_folder["minilm.maas"]);
        _reference = JsonSerializer.Deserialize<Reference[]>(
            await File.ReadAllBytesAsync(
                Path.Combine(TestContext.CurrentContext.TestDirectory, "Packages", "Fixtures", "minilm.json")),
            JsonSerializerOptions.Web)!;
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _encoder?.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Import_SentenceTransformersFolder_SaysPoolingAndLength()
    {
        Assert.That(_imported.Manifest.Task, Is.EqualTo(ModelManifest.SentenceEmbedding));
        Assert.That(
            _imported.Manifest.Embedding,
            Is.EqualTo(new EmbeddingSettings("last_hidden_state", EmbeddingPooling.Mean, Normalize: true)));
        Assert.That(_imported.Manifest.Text?.MaxLength, Is.EqualTo(256));
    }

    [Test]
    public void Encode_Texts_GivesTheTokensOfTheReference()
        => Assert.That(
            _reference.Select(r => _encoder.Encoder.Encode(r.Text)),
            Is.EqualTo(_reference.Select(static r => r.Tokens)));

    [Test]
    public void Embed_TextsOfUnequalLength_AreNumPysVectors()
    {
        var vectors = _encoder.Embed([.. _reference.Select(static r => r.Text)]);

        for (var i = 0; i < vectors.Length; i++)
        {
            Assert.That(vectors[i], Is.EqualTo(_reference[i].Vector).Within(1e-5f), _reference[i].Text);
        }
    }

    [Test]
    public void Embed_TextAlone_IsItsVectorAmongOthers()
    {
        string[] texts = [.. Enumerable.Range(0, 100).Select(i => string.Join(' ', Enumerable.Repeat("word", i + 1)))];

        var together = _encoder.Embed(texts);

        foreach (var i in new[] { 0, 7, 99 })
        {
            Assert.That(_encoder.Embed([texts[i]])[0], Is.EqualTo(together[i]).Within(1e-5f));
        }
    }

    [Test]
    public void Import_ModuleThatTheNetworkLacks_IsNamed()
    {
        var modules = Path.Combine(_folder["dense"], "modules.json");
        Directory.CreateDirectory(_folder["dense"]);
        foreach (var file in new[] { "config.json", "model.onnx", "vocab.txt" })
        {
            File.CreateSymbolicLink(Path.Combine(_folder["dense"], file), Path.Combine(Weights, file));
        }

        File.WriteAllText(modules, """[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]""");

        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["dense"], _folder["dense.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("got 'sentence_transformers.models.Dense'"));
    }

    [Test]
    public async Task Import_PoolingThatTheFolderDoesNotSay_IsTheOneAskedFor()
    {
        var imported = await ModelImport.FromHuggingFaceAsync(
            FolderOf("bare"), _folder["first.maas"],
            new ImportOptions { Name = "first", Pooling = EmbeddingPooling.First });

        Assert.That(imported.Manifest.Embedding?.Pooling, Is.EqualTo(EmbeddingPooling.First));
        using var encoder = await SentenceEncoder.OpenAsync(_folder["first.maas"]);
        var vector = encoder.Embed([_reference[1].Text])[0];
        Assert.That(Math.Sqrt(vector.Sum(static v => v * v)), Is.EqualTo(1).Within(1e-5));
        Assert.That(vector, Is.Not.EqualTo(_reference[1].Vector).Within(1e-2f));
    }

    // The members that sentence-transformers writes since 5.4.
    [TestCase("mean", EmbeddingPooling.Mean)]
    [TestCase("cls", EmbeddingPooling.First)]
    [TestCase("lasttoken", null)]
    public async Task Import_PoolingOfOneMember_IsTheNamedOne(string mode, EmbeddingPooling? expected)
    {
        var folder = FolderOf(mode);
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "modules.json"),
            """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
             {"idx":1,"name":"1","path":"1_Pooling",
              "type":"sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]
            """);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "1_Pooling", "config.json"),
            $$"""{"embedding_dimension":384,"pooling_mode":"{{mode}}","include_prompt":true}""");

        Task<ImportedModel> ImportAsync()
            => ModelImport.FromHuggingFaceAsync(folder, _folder[$"{mode}.maas"], new ImportOptions { Name = mode });

        if (expected is { } pooling)
        {
            Assert.That(
                (await ImportAsync()).Manifest.Embedding,
                Is.EqualTo(new EmbeddingSettings("last_hidden_state", pooling, Normalize: false)));
        }
        else
        {
            Assert.That(ImportAsync, Throws.TypeOf<InvalidDataException>().With.Message.Contains($"got {mode}"));
        }
    }

    private string FolderOf(string name)
    {
        Directory.CreateDirectory(_folder[name]);
        foreach (var file in new[] { "config.json", "model.onnx", "vocab.txt" })
        {
            File.CreateSymbolicLink(Path.Combine(_folder[name], file), Path.Combine(Weights, file));
        }

        return _folder[name];
    }

    private sealed record Reference(string Text, int[] Tokens, float[] Vector);
}
