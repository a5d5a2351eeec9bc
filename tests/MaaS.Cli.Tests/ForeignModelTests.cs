using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Cli.Tests;

/// <summary>Quantizing and inspecting networks that MaaS did not train: several inputs, an old opset, no
/// labels.</summary>
public sealed class ForeignModelTests
{
    private const int Width = 64;

    private string _folder = "";

    [OneTimeSetUp]
    public void WriteModels()
    {
        _folder = Directory.CreateTempSubdirectory("maas-foreign-").FullName;
        TwoInputs().Save(Path.Combine(_folder, "two.onnx"));
        var b = new GraphBuilder("weightless");
        b.AddInput("x", DataType.Float, ["batch", 3]);
        b.AddOutput(b.Node("Relu", ["x"]), DataType.Float, ["batch", 3]);
        b.Build().Save(Path.Combine(_folder, "weightless.onnx"));
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    // Token ids through a table of 50 rows, plus a float32 input, through two layers; opset 9.
    private static OnnxModel TwoInputs()
    {
        var random = new Random(9);
        var b = new GraphBuilder("two", 9);
        string Weight(string name, int rows, int columns) => b.AddInitializer(OnnxTensor.Create<float>(
            name, [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextDouble() - 0.5f)], rows,
            columns));
        b.AddInput("ids", DataType.Int64, ["batch", "sequence"]);
        b.AddInput("features", DataType.Float, ["batch", Width]);
        string tokens = b.Node(
            "ReduceSum", [b.Node("Gather", [Weight("table", 50, Width), "ids"])], ("axes", new long[] { 1 }),
            ("keepdims", 0));
        string hidden = b.Node(
            "Clip", [b.Node("MatMul", [b.Node("Add", [tokens, "features"]), Weight("w1", Width, Width)])], ("min", 0f));
        b.AddOutput(
            b.Node("Softmax", [b.Node("MatMul", [hidden, Weight("w2", Width, 5)])]), DataType.Float, ["batch", 5]);
        return b.Build();
    }

    [TestCase("static"), TestCase("dynamic"), TestCase("int8"), TestCase("int4")]
    public async Task Quantize_RandomInputs_WarnsInReportAndModel(string mode)
    {
        var (code, output, error) = await RunAsync(
            "quantize", "two.onnx", "--mode", mode, "--data", "random", "--size", "sequence=6", "--batch", "4",
            "--min-speedup", "0", "--min-sqnr", "3",
            "-o", $"{mode}.onnx");

        Assert.That(code, Is.Zero, output + error);
        Assert.That(
            output,
            Does.Contain("ids int64[4,6]; features float32[4,64]")
                .And.Contain("warning: calibrated and compared on random inputs"));
        Assert.That(
            output, Does.Contain("compared with the float model in 16 runs").And.Contain("same greatest value in"));
        var model = OnnxModel.Load(Path.Combine(_folder, $"{mode}.onnx"));
        Assert.That(model.GetMetadata("quantization_warning"), Does.Contain("random inputs"));
        Assert.That(model.Opset, Is.EqualTo(13));
        Assert.That(model.WeightBytes, Is.LessThan(TwoInputs().WeightBytes * 0.5));
    }

    [Test]
    public async Task Quantize_JsonLines_CalibratesOnTheFirstAndComparesOnTheOthers()
    {
        var random = new Random(2);
        string Numbers(int count, Func<double> draw)
            => string.Join(
                ", ",
                Enumerable.Range(0, count)
                    .Select(_ => draw().ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)));
        await File.WriteAllLinesAsync(Path.Combine(_folder, "runs.jsonl"), Enumerable.Range(0, 12).Select(_ =>
            $"{{\"ids\": [[{Numbers(7, () => random.Next(50))}]], \"features\": "
                + $"[[{Numbers(Width, random.NextDouble)}]]}}"));

        var (code, output, error) = await RunAsync(
            "quantize", "two.onnx", "--data", "runs.jsonl", "--calibration-samples", "8", "--min-speedup", "0",
            "--min-sqnr", "3", "-o", "lines.maas");

        Assert.That(code, Is.Zero, output + error);
        Assert.That(
            output,
            Does.Contain("calibrated on the first 8 runs, compared on the others").And.Contain("in 4 runs")
                .And.Not.Contain("warning"));
        Assert.That(
            (await RunAsync("inspect", "lines.maas")).Output,
            Does.Match(@"metric +sqnr_db").And.Match(@"compression +static int8"));
    }

    [Test]
    public async Task Quantize_LineThatDoesNotFit_NamesFileLineAndInput()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.jsonl"), "{\"ids\": [[1.5]], \"features\": [[1]]}\n");
        var (code, _, error) = await RunAsync("quantize", "two.onnx", "--data", "bad.jsonl");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("bad.jsonl, line 1, input 'ids': expected int64, got 1.5"));
    }

    [Test]
    public async Task Quantize_NothingToQuantize_FailsAndWritesNothing()
    {
        var (code, output, error) = await RunAsync(
            "quantize", "weightless.onnx", "--data", "random", "--accept-anyway", "-o", "none.onnx");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("refused: nothing was quantized"));
        Assert.That(error, Does.Contain("nothing was written"));
        Assert.That(Path.Combine(_folder, "none.onnx"), Does.Not.Exist);
    }

    [TestCase(
        "quantize two.onnx",
        "expected data for a model that takes ids: int64[batch,sequence]; features: float32[batch,64]")]
    [TestCase("quantize two.onnx --data nowhere", "a folder of .npz or .npy files")]
    [TestCase("quantize two.onnx --data random --size sequenz=3", "batch, sequence, got 'sequenz'")]
    [TestCase("quantize two.onnx --data random --size sequence=x", "--size: expected AXIS=NUMBER")]
    [TestCase("quantize two.onnx --data random --fill ids=60", "--data random: the model fails on ids int64[1,16]")]
    [TestCase("quantize two.onnx --data random --mode qat", "--mode qat")]
    [TestCase("inspect two.onnx --size bach=1", "expected sizes of the axes batch, sequence, got 'bach'")]
    public async Task Run_WrongCommandLine_SaysWhatThereIs(string commandLine, string expected)
    {
        var (code, _, error) = await RunAsync(commandLine.Split(' '));
        Assert.That(code, Is.EqualTo(2), error);
        Assert.That(error, Does.Contain(expected));
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
        => CommandProcess.RunAsync(_folder, arguments);
}
