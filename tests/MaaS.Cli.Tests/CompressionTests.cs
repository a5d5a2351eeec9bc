using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>Inspecting, pruning and quantizing a model of real digits.</summary>
[NonParallelizable]
public sealed partial class CompressionTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public async Task TrainAndExport()
    {
        _folder = Directory.CreateTempSubdirectory("maas-compress-").FullName;
        await RunAsync("train", "--model", "mlp", "--data", "mnist", "--epochs", "3", "-o", "mlp.safetensors");
        await RunAsync("export", "mlp.safetensors", "-o", "digits.onnx");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    // Counted by hand: 784·32+32 + 32·10+10 parameters; 784·32 + 32·10 MACs for one image.
    [TestCase("digits.onnx")]
    [TestCase("mlp.safetensors")]
    public async Task Inspect_OneImage_CountsParametersAndMacs(string model)
    {
        var output = await RunAsync("inspect", model, "--size", "batch=1");
        Assert.That(output, Does.Match(@"parameters +25,450 \(101,800 bytes\)"));
        Assert.That(output, Does.Match(@"MACs +25408\n"));
        Assert.That(output, Does.Match(@"input +image float32\[1,1,28,28\]|input +image .*1.*28.*28"));
    }

    [Test]
    public async Task Prune_HalfTheChannels_LeavesASmallerModelThatEvaluatesAndExports()
    {
        var output = await RunAsync(
            "prune", "mlp.safetensors", "--ratio", "0.5", "--fine-tune-epochs", "2", "-o", "half.safetensors");
        Assert.That(output, Does.Match(@"before +25,450 "));
        Assert.That(output, Does.Match(@"fine-tuned +12,730 "), "784·16+16 + 16·10+10");
        Assert.That(Accuracy(await RunAsync("evaluate", "half.safetensors")), Is.GreaterThan(0.8));

        await RunAsync("export", "half.safetensors", "-o", "half.maas");
        Assert.That(
            await RunAsync("inspect", "half.maas"),
            Does.Match(@"compression +channel pruning \(L2\): 25,450 to 12,730 parameters"));
    }

    [Test]
    public async Task Prune_OnnxFile_SaysWhatItNeeds()
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, "prune", "digits.onnx");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(".safetensors"));
    }

    [Test]
    public async Task Quantize_PackageAnySpeed_LeavesAPackageThatEvaluatesTheSame()
    {
        await RunAsync("export", "mlp.safetensors", "-o", "digits.maas");
        var report = await RunAsync(
            "quantize", "digits.maas", "--min-speedup", "0", "--max-accuracy-drop", "0.02", "-o", "int8.maas");
        Assert.That(report, Does.Contain("accepted:"));
        var (whole, small) = (
            Accuracy(await RunAsync("evaluate", "digits.maas")), Accuracy(await RunAsync("evaluate", "int8.maas")));
        Assert.That(small, Is.EqualTo(whole).Within(0.02));
        var sizes = new[] { "digits.maas", "int8.maas" }.Select(f => new FileInfo(Path.Combine(_folder, f)).Length)
            .ToArray();
        Assert.That(sizes[1], Is.LessThan(0.5 * sizes[0]));
        Assert.That(
            await RunAsync("inspect", "int8.maas"),
            Does.Match(@"made from +digits").And.Match(@"compression +static int8"));
    }

    [Test]
    public async Task Quantize_WithTraining_LeavesAnInt8NetworkThatEvaluates()
    {
        var report = await RunAsync(
            "quantize", "mlp.safetensors", "--mode", "qat", "--epochs", "1", "--min-speedup", "0",
            "--max-accuracy-drop", "0.02", "-o", "aware.maas");
        Assert.That(report, Does.Contain("quantization-aware training, 1 epochs").And.Contain("accepted:"));
        Assert.That(
            Accuracy(await RunAsync("evaluate", "aware.maas")),
            Is.EqualTo(Accuracy(await RunAsync("evaluate", "mlp.safetensors"))).Within(0.02));
        Assert.That(
            await RunAsync("inspect", "aware.maas"),
            Does.Contain("QuantizeLinear").And.Contain("quantization-aware training"));
    }

    [Test]
    public async Task Quantize_WithTrainingOfAnOnnxFile_SaysWhatItNeeds()
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, "quantize", "digits.onnx", "--mode", "qat");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(".safetensors"));
    }

    [Test]
    public async Task Quantize_DemandThatNothingMeets_SaysWhyAndWritesNothing()
    {
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "quantize", "digits.onnx", "--mode", "dynamic", "--min-speedup", "1000", "-o", "refused.onnx");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(output, Does.Match(@"refused: it is [\d.]+ times as fast, less than 1000\.00"));
            Assert.That(error, Does.Contain("--accept-anyway"));
            Assert.That(Path.Combine(_folder, "refused.onnx"), Does.Not.Exist);
        }
    }

    [Test]
    public async Task Quantize_DataOfOtherClasses_SaysSo()
    {
        var (code, _, error) = await CommandProcess.RunAsync(
            _folder, "quantize", "digits.onnx", "--data", "fashion-mnist");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("tells (0, 1, 2").And.Contain("Trouser"));
    }

    [Test]
    public async Task Compress_TrainedModel_LeavesPackagesAndAPage()
    {
        var output = await RunAsync(
            "compress", "mlp.safetensors", "--ratio", "0.5", "--fine-tune-epochs", "1", "--max-accuracy-drop", "0.5",
            "-o", "small");
        Assert.That(output, Does.Contain("pruned-50-static").And.Contain("within at most 0.5000 of accuracy lost"));
        Assert.That(Path.Combine(_folder, "small", "report.html"), Does.Exist);
        Assert.That(
            Accuracy(await RunAsync("evaluate", "small/original.maas")),
            Is.EqualTo(Accuracy(await RunAsync("evaluate", "mlp.safetensors"))).Within(1e-3));

        var (code, _, error) = await CommandProcess.RunAsync(_folder, "compress", "mlp.safetensors", "-o", "small");
        Assert.That(code, Is.EqualTo(1), "the folder has content");
        Assert.That(error, Does.Contain("small"));
    }

    [Test]
    public async Task Compress_BudgetThatNothingMeets_NamesTheNearestAndFails()
    {
        var (code, output, _) = await CommandProcess.RunAsync(
            _folder, "compress", "digits.onnx", "--min-speedup", "1000", "-o", "never");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("nothing is within").And.Contain("the nearest is"));
    }

    [Test]
    public async Task Inspect_TruncatedFile_SaysSo()
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, "digits.onnx"));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "torn.onnx"), bytes[..(bytes.Length / 2)]);
        var (code, _, error) = await CommandProcess.RunAsync(_folder, "inspect", "torn.onnx");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("torn.onnx").And.Contain("cut short"));
    }

    private static double Accuracy(string report)
        => double.Parse(AccuracyLine().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, $"maas {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    [GeneratedRegex(@"accuracy\s+([\d.]+)")]
    private static partial Regex AccuracyLine();
}
