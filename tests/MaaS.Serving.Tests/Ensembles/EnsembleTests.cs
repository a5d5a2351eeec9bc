using System.Net;
using MaaS.Onnx.Inference;
using MaaS.Serving.Ensembles;

namespace MaaS.Serving.Tests.Ensembles;

public sealed class EnsembleTests
{
    private const string Chain = """
        {
          "inputs": ["pixels"], "outputs": ["result", "half"],
          "steps": [
            { "model": "triple", "inputs": { "x": "half" }, "outputs": { "y": "result" } },
            { "model": "halve", "inputs": { "x": "pixels" }, "outputs": { "y": "half" } }
          ]
        }
        """;

    private static readonly IReadOnlyList<TensorSpec> X = [new("x", ElementType.Float32, [-1, 2])], Y = [
        new("y", ElementType.Float32, [-1, 2]),
    ];

    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder()
    {
        _models = new ModelsFolder();
        ScaleModels.Scale(3).Save(_models["triple.onnx"]);
        ScaleModels.Scale(0.5f).Save(_models["halve.onnx"]);
        File.WriteAllText(_models["chain.ensemble.json"], Chain);
    }

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [Test]
    public async Task Request_Ensemble_IsServedAsAnyModel()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        Assert.That(
            await server.PostTextAsync("/v1/models/chain:predict", """{"instances": [[1, 2], [-4, 8]]}"""),
            Is.EqualTo("""{"predictions":[{"result":[1.5,3],"half":[0.5,1]},{"result":[-6,12],"half":[-2,4]}]}"""));
        var metadata = await server.GetAsync("/v2/models/chain");
        Assert.That(
            metadata.GetProperty("inputs").GetRawText(),
            Is.EqualTo("""[{"name":"pixels","datatype":"FP32","shape":[-1,2]}]"""));
        Assert.That(
            await server.ErrorAsync("/v1/models/chain:predict", """{"instances": [[1, 2, 3]]}"""),
            Does.Contain("pixels"));
        var one = await server.PostAsync(
            "/v2/models/chain/infer",
            """{"inputs":[{"name":"pixels","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"result"}]}""");
        Assert.That(one.GetProperty("outputs").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Member_Unloaded_MakesTheEnsembleUnavailableAndComesBack()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        await server.Models.UnloadAsync("halve");

        Assert.That(
            await server.ErrorAsync(
                "/v1/models/chain:predict", """{"instances": [[1, 2]]}""", HttpStatusCode.ServiceUnavailable),
                Does.Contain("halve"));
        await server.Models.LoadAsync("halve");
        await server.PostAsync("/v1/models/chain:predict", """{"instances": [[1, 2]]}""");
    }

    [Test]
    public async Task Member_LoadedAfterTheStart_BringsTheEnsembleUp()
    {
        File.Delete(_models["halve.onnx"]);
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Watch, o.StrictReadiness) = (_models.Path, false, true));
        Assert.That(server.Models.Status("chain")[0].ErrorMessage, Does.Contain("'halve'"));
        Assert.That(server.Models.IsReady, Is.False);

        ScaleModels.Scale(0.5f).Save(_models["halve.onnx"]);
        await server.Models.LoadAsync("halve");

        Assert.That(() => server.Models.IsReady, Is.True.After(10_000, 20));
        Assert.That(
            await server.PostTextAsync("/v1/models/chain:predict", """{"instances": [[2, 2]]}"""),
            Does.Contain("[3,3]"));
    }

    [Test]
    public void Create_StepsInACycle_NamesThem()
        => Assert.That(
            () => EnsemblePlan.Create(
                Definition(["in"], ["c"], Step("a", "c", "b"), Step("b", "b", "c"), Step("d", "in", "e")),
                [(X, Y), (X, Y), (X, Y)]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("cycle").And.Message.Contains("[a, b]"));

    [Test]
    public void Create_TypesShapesAndNamesThatDoNotFit_NamesAll()
    {
        IReadOnlyList<TensorSpec> whole = [new("x", ElementType.Int64, [-1, 2])], wide = [
            new("x", ElementType.Float32, [-1, 3]),
        ];
        Assert.That(
            () => EnsemblePlan.Create(
                Definition(
                    ["in", "unused"], ["r"], Step("a", "in", "m"), Step("b", "m", "n"), Step("c", "m", "r"),
                    new EnsembleStep
                {
                    Model = "d",
                    Inputs = new Dictionary<string, string> { ["z"] = "m" },
                    Outputs = new Dictionary<string, string> { ["q"] = "s" },
                }),
                [(X, Y), (whole, Y), (wide, Y), (X, Y)]),
            Throws.TypeOf<InvalidDataException>()
                .With.Message.Contains("step 1 (b): input 'x': expected int64[-1,2], 'm' is float32[-1,2]")
                .And.Message.Contains("step 2 (c): input 'x': expected float32[-1,3]")
                .And.Message.Contains("step 3 (d): expected the inputs [x], got [z]")
                .And.Message.Contains("among [y], got 'q'")
                .And.Message.Contains("input 'unused'"));
    }

    [Test]
    public void Create_TwoReadersOfAnInput_ExpectTheNarrowerShape()
    {
        IReadOnlyList<TensorSpec> one = [new("x", ElementType.Float32, [1, -1])];
        var plan = EnsemblePlan.Create(
            Definition(["in"], ["a", "b"], Step("a", "in", "a"), Step("b", "in", "b")), [(X, Y), (one, Y)]);
        Assert.That(plan.Inputs[0].Shape, Is.EqualTo(new[] { 1, 2 }));
    }

    [TestCase("""{"inputs": ["a"], "outputs": ["b"]}""", "steps")]
    [TestCase("""{"inputs": ["a"], "outputs": ["b"], "steps": [], "more": 1}""", "more")]
    [TestCase(
        """{"inputs": ["a"], "outputs": ["b"], "steps": [{"model": "../m", "inputs": {"x": "c"}, "outputs": {"y": "a"}}]}""", "../m")]
    [TestCase(
        """{"inputs": ["a"], "outputs": ["b"], "steps": [{"model": "m", "inputs": {"x": "c"}, "outputs": {"y": "a"}}]}""", "'a': expected it from one place, got 2")]
    [TestCase(
        """{"inputs": ["a"], "outputs": ["b"], "steps": [{"model": "m", "inputs": {"x": "c"}, "outputs": {"y": "a"}}]}""", "'c': expected an input or some step's output")]
    public void Load_Faulty_IsRefused(string json, string fault)
    {
        File.WriteAllText(_models["chain.ensemble.json"], json);
        Assert.That(
            () => EnsembleDefinition.Load(_models["chain.ensemble.json"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(fault));
    }

    private static EnsembleDefinition Definition(string[] inputs, string[] outputs, params EnsembleStep[] steps)
        => new() { Inputs = inputs, Outputs = outputs, Steps = steps };

    private static EnsembleStep Step(string model, string input, string output) => new()
    {
        Model = model,
        Inputs = new Dictionary<string, string> { ["x"] = input },
        Outputs = new Dictionary<string, string> { ["y"] = output },
    };
}
