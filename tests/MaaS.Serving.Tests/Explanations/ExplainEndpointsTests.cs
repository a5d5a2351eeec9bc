using System.Net;
using System.Text.Json;
using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests.Explanations;

/// <summary>Explanations over HTTP of networks whose Shapley values are known in closed form.</summary>
public sealed class ExplainEndpointsTests
{
    private static readonly float[] Weights = [2, -3, 0.5f];
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task Serve()
    {
        _models = new ModelsFolder().Add("text");
        await File.WriteAllBytesAsync(
            _models["weighted.onnx"],
            Build(3, (g, x) => g.Node("MatMul", [x, g.Constant<float>(Weights, 3, 1)])).ToByteArray());
        await File.WriteAllBytesAsync(
            _models["product.onnx"],
            Build(2, (g, x) => g.Node("ReduceProd", [x], ("axes", new long[] { 1 }), ("keepdims", 1))).ToByteArray());
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    // Lundberg & Lee 2017, corollary 1: in a linear model a feature contributes its weight times its distance from the
    // base.
    [TestCase("occlusion", 0f)]
    [TestCase("shapley", 0f)]
    [TestCase("shapley", 1.5f)]
    public async Task Explain_LinearModel_GivesWeightTimesDistance(string method, float replacement)
    {
        var explanation = await ExplainAsync("weighted", $"method={method}&replacement={replacement}", "[4, 5, -6]");

        var distances = new[] { 4 - replacement, 5 - replacement, -6 - replacement };
        Assert.That(
            Contributions(explanation), Is.EqualTo(Weights.Zip(distances, static (w, d) => w * d)).Within(1e-4));
        Assert.That(explanation.GetProperty("value").GetDouble(), Is.EqualTo(-10).Within(1e-4));
        Assert.That(explanation.GetProperty("base_value").GetDouble(), Is.EqualTo(-0.5 * replacement).Within(1e-4));
    }

    // Two factors share their product by symmetry; leaving either out takes all of it away.
    [TestCase("shapley", 6)]
    [TestCase("occlusion", 12)]
    public async Task Explain_Product_IsSharedByShapleyAndDoubledByOcclusion(string method, double expected)
        => Assert.That(
            Contributions(await ExplainAsync("product", $"method={method}", "[3, 4]")),
            Is.EqualTo(new[] { expected, expected }).Within(1e-4));

    [Test]
    public async Task Explain_Image_GivesAGridWhoseShapleyValuesAddUp()
    {
        var pixels = ModelsFolder.Expected.GetProperty("conv").GetProperty("pixels")[0].GetRawText();
        using var content = new StringContent($$"""{"images": [{{pixels}}]}""");
        using var response = await _server.Client.PostAsync(
            new Uri("/v1/models/digits:explain?method=shapley&parts=49&permutations=4", UriKind.Relative), content);
        var explanation = JsonDocument.Parse(await response.Content.ReadAsStringAsync())
            .RootElement.GetProperty("explanations")[0];

        var probabilities = ModelsFolder.Expected.GetProperty("conv").GetProperty("probabilities")[0].EnumerateArray()
            .Select(p => p.GetDouble()).ToArray();
        Assert.That(
            explanation.GetProperty("target").GetInt32(),
            Is.EqualTo(Array.IndexOf(probabilities, probabilities.Max())));
        Assert.That(
            explanation.GetProperty("value").GetDouble(), Is.EqualTo(probabilities.Max()).Within(1e-5),
            "the probability that numpy computes");
        Assert.That(explanation.GetProperty("grid").GetRawText(), Is.EqualTo("[7,7]"));
        Assert.That(Contributions(explanation), Has.Length.EqualTo(49));
        Assert.That(
            Contributions(explanation).Sum(),
            Is.EqualTo(explanation.GetProperty("value").GetDouble() - explanation.GetProperty("base_value").GetDouble())
                .Within(1e-5), "efficiency");
    }

    [TestCase("weighted", "method=lime", "[1, 2, 3]", "expected occlusion or shapley, got 'lime'")]
    [TestCase("weighted", "target=1", "[1, 2, 3]", "expected the index of an output")]
    [TestCase("weighted", "parts=0", "[1, 2, 3]", "parts: expected 1 to 1024, got '0'")]
    [TestCase("weighted", "permutations=1000000", "[1, 2, 3]", "permutations: expected 2 to 256")]
    [TestCase("weighted", "replacement=NaN", "[1, 2, 3]", "expected a finite number")]
    [TestCase("weighted", "", "[1, 2, 3], [4, 5, 6]", "expected one row")]
    [TestCase("text", "", "\"a\"", "expected one input float32")]
    public async Task Explain_BadRequest_NamesWhatWasExpected(string model, string query, string rows, string expected)
        => Assert.That(
            await _server.ErrorAsync($"/v1/models/{model}:explain?{query}", $$"""{"instances": [{{rows}}]}"""),
            Does.Contain(expected));

    [Test]
    public async Task Explain_UnknownModel_Is404()
        => await _server.PostAsync("/v1/models/none:explain", """{"instances": [[1]]}""", HttpStatusCode.NotFound);

    private async Task<JsonElement> ExplainAsync(string model, string query, string row)
        => (await _server.PostAsync($"/v1/models/{model}:explain?{query}", $$"""{"instances": [{{row}}]}""")).GetProperty("explanations")[0];

    private static double[] Contributions(JsonElement explanation)
        => [.. explanation.GetProperty("contributions").EnumerateArray().Select(c => c.GetDouble())];

    /// <summary>(batch, size) → (batch, 1).</summary>
    private static OnnxModel Build(long size, Func<GraphBuilder, string, string> output)
    {
        var graph = new GraphBuilder("explained");
        var x = graph.AddInput("x", DataType.Float, ["batch", size]);
        graph.AddOutput(output(graph, x), DataType.Float, ["batch", 1]);
        return graph.Build();
    }
}
