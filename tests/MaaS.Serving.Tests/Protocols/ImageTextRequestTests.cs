using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Text.Training;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Serving.Tests.Protocols;

/// <summary>A picture and a text in one request get what torch says of both.</summary>
public sealed class ImageTextRequestTests
{
    private static readonly string[] Texts = ["is this a bag?", "this is a dress"];

    private readonly ModelsFolder _models = new();
    private readonly float[] _pixels = [.. Enumerable.Range(0, 2 * 4 * 8).Select(static i => (float)(i * 37 % 256))];
    private float[] _expected = [];
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task ExportAndServe()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var tokenizer = WordPieceTrainer.Train(Texts, new() { VocabSize = 60, MinFrequency = 1 });
        var text = new TextPreprocessing { MaxLength = 24 };
        var encoder = new TextEncoder(text, tokenizer);
        var pixels = new ImagePreprocessing(1 / 255.0, [0.4], [0.2]);
        using var model = new ImageTextClassifier(new()
        {
            Vocabulary = tokenizer.VocabSize,
            Image = new()
            {
                Height = 4,
                Width = 8,
                Patch = 4,
                Encoder = new() { Width = 16, Heads = 2, Layers = 1, Dropout = 0 },
            },
            Text = new() { Width = 16, Heads = 2, Layers = 1, Dropout = 0, MaxLength = 24 },
        });
        model.eval();
        var (ids, mask) = encoder.EncodeBatch(Texts);
        Tensor[] inputs =
        [
            (tensor(_pixels, [2, 1, 4, 8]) / 255 - 0.4) / 0.2,
            tensor(ids.AsSpan<long>().ToArray(), ids.Shape.ToArray()),
            tensor(mask.AsSpan<long>().ToArray(), mask.Shape.ToArray()),
        ];
        _expected = model.call(inputs[0], inputs[1], inputs[2]).data<float>().ToArray();
        var network = OnnxExporter.Export(model, inputs, new OnnxExportOptions
        {
            InputNames = ["pixel_values", TextEncoder.InputIds, TextEncoder.AttentionMask],
            OutputNames = ["logits"],
            DynamicAxes = new()
            {
                { "pixel_values", 0, "batch" }, { TextEncoder.InputIds, 0, "batch" },
                { TextEncoder.InputIds, 1, "sequence" },
                { TextEncoder.AttentionMask, 0, "batch" }, { TextEncoder.AttentionMask, 1, "sequence" },
            },
            TraceSizes = new Dictionary<string, IReadOnlyList<long>>
            {
                ["batch"] = [2, 3, 5],
                ["sequence"] = [4, 7, 9],
            },
        }).Model.ToByteArray();
        using var inference = InferenceModel.Load(network);
        await ModelPackage.CreateAsync(
            _models["looks.maas"],
            new ModelManifest
            {
                Name = "looks",
                Inputs = inference.Inputs,
                Outputs = inference.Outputs,
                Preprocessing = pixels,
                Text = text,
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
                [TextPreprocessing.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
            });
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private float[][][] Picture(int row) => [[.. _pixels.Skip(row * 32).Take(32).Chunk(8)]];   // (C, H, W)

    private static IEnumerable<float> Numbers(JsonElement values)
        => values.ValueKind == JsonValueKind.Array ? values.EnumerateArray().SelectMany(Numbers) : [values.GetSingle()];

    [Test]
    public async Task Predict_ColumnsOfBoth_GiveTorchsLogits()
    {
        var answer = await _server.PostAsync(
            "/v1/models/looks:predict", JsonSerializer.Serialize(
                new { inputs = new { image = new[] { Picture(0), Picture(1) }, text = Texts } }));
        Assert.That(Numbers(answer.GetProperty("outputs")), Is.EqualTo(_expected).Within(1e-4));
    }

    [Test]
    public async Task Predict_RowsOfBoth_GiveTorchsLogits()
    {
        var instances = Enumerable.Range(0, 2).Select(i => new { image = Picture(i), text = Texts[i] });
        var answer = await _server.PostAsync("/v1/models/looks:predict", JsonSerializer.Serialize(new { instances }));
        Assert.That(Numbers(answer.GetProperty("predictions")), Is.EqualTo(_expected).Within(1e-4));
    }

    [Test]
    public async Task Infer_BothTensors_GivesTorchsLogits()
    {
        var answer = await _server.PostAsync("/v2/models/looks/infer", JsonSerializer.Serialize(new
        {
            inputs = new object[]
            {
                new { name = "text", datatype = "BYTES", shape = new[] { 2 }, data = Texts },
                new { name = "image", datatype = "FP32", shape = new[] { 2, 1, 4, 8 }, data = _pixels },
            },
        }));
        Assert.That(Numbers(answer.GetProperty("outputs")[0].GetProperty("data")), Is.EqualTo(_expected).Within(1e-4));
    }

    [Test]
    public async Task Metadata_OfBoth_NamesImageAndText()
    {
        var inputs = (await _server.GetAsync("/v2/models/looks")).GetProperty("inputs");
        Assert.That(
            inputs.EnumerateArray().Select(static i => i.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "image", "text" }));
        Assert.That(
            inputs[0].GetProperty("shape").EnumerateArray().Select(static s => s.GetInt64()),
            Is.EqualTo(new long[] { -1, 1, 4, 8 }));
    }

    [TestCase(2, 1, 0, "expected a text for each image, got 2 images and 1 texts")]
    [TestCase(1, 1, 300, "expected pixels from 0 to 255, got 300")]
    public async Task Predict_WhatDoesNotFit_IsRefused(int images, int texts, float first, string message)
    {
        _pixels[0] = first;
        try
        {
            var body = JsonSerializer.Serialize(
                new { inputs = new { image = Enumerable.Range(0, images).Select(Picture), text = Texts[..texts] } });
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await _server.Client.PostAsync(
                new Uri("/v1/models/looks:predict", UriKind.Relative), content);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(message));
        }
        finally
        {
            _pixels[0] = 0;
        }
    }

    [Test]
    public async Task Predict_TextAlone_SaysThatTheImageIsMissing()
    {
        const string Body = """{"inputs": {"text": ["is this a bag?"]}}""";
        using var content = new StringContent(Body, Encoding.UTF8, "application/json");
        using var response = await _server.Client.PostAsync(
            new Uri("/v1/models/looks:predict", UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("image"));
    }
}
