using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Serving;
using MaaS.Serving.Tests;
using MaaS.Text;
using MaaS.Text.Training;

namespace MaaS.Client.Tests;

/// <summary>Labels of images, with probabilities that numpy computed, and of texts by their length
/// (Fixtures/make_models.py).</summary>
public sealed class ClassifyTests
{
    private static readonly JsonElement Conv = ModelsFolder.Expected.GetProperty("conv");

    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly Tokenizer _tokenizer = WordPieceTrainer.Train(
        ["the cat sat on the mat"], new() { VocabSize = 200, MinFrequency = 1 });
    private ServingHost _server = null!;
    private MaaSClient _client = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        await ModelPackage.CreateAsync(
            _models["length.maas"],
            new ModelManifest
            {
                Name = "length",
                Task = ModelManifest.Classification,
                Labels = ["long", "short"],
                Text = new TextPreprocessing { MaxLength = 64 },
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(ModelsFolder.Fixture("length.onnx")),
                [TextPreprocessing.TokenizerFile] = PackageContent.FromBytes(_tokenizer.ToJson()),
            });
        _server = await Servers.StartAsync(_models.Path);
        var options = Servers.Options(Transport.Grpc, _server.GrpcAddress!);
        options.Addresses.Add(_server.Address);
        _client = new MaaSClient(options);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private static byte[] Pixels(int image)
        => [.. Conv.GetProperty("pixels")[image].EnumerateArray().SelectMany(Flat).Select(static p => (byte)p)];

    private static IEnumerable<double> Flat(JsonElement e)
        => e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().SelectMany(Flat) : [e.GetDouble()];

    private static void IsExpected(Classification classification, int image)
    {
        double[] expected = [.. Flat(Conv.GetProperty("probabilities")[image])];
        Assert.That(classification.Scores.Values, Is.EqualTo(expected).Within(1e-5));
        Assert.That(classification.Label, Is.EqualTo($"digit {expected.AsSpan().IndexOf(expected.Max())}"));
        Assert.That(classification.Score, Is.EqualTo(expected.Max()).Within(1e-5));
    }

    [Test]
    public async Task Classify_Pixels_GivesLabelsAndProbabilities()
    {
        var answers = await _client.ClassifyAsync(
            ClassifyRequest.OfPixels(
                "digits", (byte[])[.. Pixels(0), .. Pixels(1)], channels: 1, height: 28, width: 28));

        Assert.That(answers, Has.Count.EqualTo(2));
        IsExpected(answers[0], 0);
        IsExpected(answers[1], 1);
    }

    [Test]
    public async Task Classify_File_GivesItsLabel()
    {
        byte[] file = [.. "P5 28 28 255\n"u8, .. Pixels(1)];

        IsExpected((await _client.ClassifyAsync(ClassifyRequest.OfImage("digits", file))).Single(), 1);
    }

    [Test]
    public async Task Classify_Texts_GivesLabelsAndProbabilities()
    {
        string[] texts = ["the", "the cat sat on the mat", "sat\non \"the\" mat ü"];

        var answers = await _client.ClassifyAsync(ClassifyRequest.OfTexts("length", texts));

        for (var i = 0; i < texts.Length; i++)
        {
            var tokens = _tokenizer.Encode(texts[i]).Length;
            var expected = 1 / (1 + Math.Exp(5 - tokens));
            Assert.That(answers[i].Scores["long"], Is.EqualTo(expected).Within(1e-5));
            Assert.That(answers[i].Scores["short"], Is.EqualTo(1 - expected).Within(1e-5));
        }

        Assert.That(answers.Take(2).Select(a => a.Label), Is.EqualTo(new[] { "short", "long" }));
    }

    [Test]
    public async Task Infer_TextsOverGrpc_GivesLogits()
    {
        var answer = await _client.InferAsync(
            new InferRequest("length", Tensor.OfStrings("text", ["the cat sat on the mat"], 1)));

        Assert.That(
            answer["logits"].ToArray<float>(),
            Is.EqualTo(new[] { _tokenizer.Encode("the cat sat on the mat").Length, 5f }));
    }

    [Test]
    public async Task Classify_OtherModels_SaysWhatToUse()
    {
        var texts = await Failure.OfAsync(() => _client.ClassifyAsync(ClassifyRequest.OfTexts("digits", "seven")));
        var image = await Failure.OfAsync(
            () => _client.ClassifyAsync(ClassifyRequest.OfPixels("same", new byte[4], 1, 2, 2)));

        Assert.That((texts.Kind, image.Kind), Is.EqualTo((ErrorKind.Refused, ErrorKind.Refused)));
        Assert.That(
            () => ClassifyRequest.OfPixels("digits", new byte[785], 1, 28, 28),
            Throws.ArgumentException.With.Message.Contains("785"));
    }
}
