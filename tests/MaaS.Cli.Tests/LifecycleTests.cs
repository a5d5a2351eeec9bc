using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>The verbs on real digits, as a user types them.</summary>
[NonParallelizable]
public sealed partial class LifecycleTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public async Task TrainAndExport()
    {
        _folder = Directory.CreateTempSubdirectory("maas-cli-").FullName;
        await RunAsync("train", "--model", "mlp", "--data", "mnist", "--epochs", "3", "-o", "mlp.safetensors");
        await RunAsync("export", "mlp.safetensors", "-o", "digits.maas");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Export_ToOnnx_WritesTheNetworkAlone()
    {
        await RunAsync("export", "mlp.safetensors", "-o", "digits.onnx");
        Assert.That(new FileInfo(Path.Combine(_folder, "digits.onnx")).Length, Is.GreaterThan(784 * 32 * 4));
    }

    [Test]
    public async Task Export_WithBaseline_DescribesWhatTrainingLookedLike()
    {
        await RunAsync("export", "mlp.safetensors", "-o", "watched.maas", "--baseline", "mnist");

        using var package = ZipFile.OpenRead(Path.Combine(_folder, "watched.maas"));
        var baseline = (await JsonNode.ParseAsync(package.GetEntry("drift.json")!.Open()))!;
        var features = baseline["features"]!.AsArray().ToDictionary(f => (string)f!["name"]!, f => f!);
        Assert.That((int)baseline["rows"]!, Is.EqualTo(8000), "every image of training");
        Assert.That(features.Keys, Is.SupersetOf(new[] { "prediction", "confidence" }));

        // Ten digits, about a tenth each: ./maas setup's data set holds as many of every class.
        Assert.That(
            features["prediction"]["shares"]!.AsArray().Select(s => (double)s!), Has.Exactly(10).InRange(0.06, 0.14));
    }

    [Test]
    public async Task Evaluate_TorchModelAndPackage_AgreeAndClassify()
    {
        var torch = JsonNode.Parse(await RunAsync("evaluate", "mlp.safetensors", "--json"))!;
        var served = JsonNode.Parse(await RunAsync("evaluate", "digits.maas", "--json"))!;
        Assert.That((double)torch["accuracy"]!, Is.GreaterThan(0.88), "an MLP after three epochs of 7,200 digits");
        Assert.That((double)served["accuracy"]!, Is.EqualTo((double)torch["accuracy"]!).Within(0.001));
    }

    [Test]
    public async Task Predict_TestDigit_ShowsPictureAndLabel()
    {
        var output = await RunAsync("predict", "digits.maas", "--index", "3");
        Assert.That(output, Does.Match(@"predicted \d, labelled \d"));
    }

    [Test]
    public async Task Serve_Package_AnswersOverHttpAndStopsOnRequest()
    {
        using var process = CommandProcess.Start(_folder, "serve", "--models", "digits.maas", "--port", "0");
        try
        {
            string? line;
            Match address;
            do
            {
                line = await process.StandardOutput.ReadLineAsync();
                address = Address().Match(line ?? "");
            }
            while (line is not null && !address.Success);
            Assert.That(address.Success, Is.True, "the server says where it listens");

            using var http = new HttpClient { BaseAddress = new Uri(address.Value) };
            var metadata = JsonDocument.Parse(await http.GetStringAsync(new Uri("/v2/models/digits", UriKind.Relative)))
                .RootElement;
            Assert.That(metadata.GetProperty("inputs")[0].GetProperty("name").GetString(), Is.EqualTo("image"));

            var (code, _, error) = await CommandProcess.RunAsync(
                _folder, "serve", "--models", "digits.maas", "--port", $"{http.BaseAddress.Port}");
            Assert.That(code, Is.EqualTo(1), "a second server on the same port");
            Assert.That(error, Does.Contain("expected a free port").And.Not.Contain("   at "));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Test]
    public async Task Demo_FewEpochs_LeavesItsSummary()
    {
        await RunAsync("demo", "--epochs", "2", "-o", "demo");
        var summary = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "demo", "summary.json")))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((double)summary["accuracy"]!, Is.InRange(0.85, 1));
            Assert.That((double)summary["macro_f1"]!, Is.InRange(0.85, 1));
            Assert.That((double)summary["parity_max_abs"]!, Is.InRange(0, 1e-4));
            Assert.That((double)summary["train_seconds"]!, Is.Positive);
            Assert.That((double)summary["predict_p50_us"]!, Is.Positive);
            Assert.That((long)summary["parameters"]!, Is.EqualTo(54410), "32·9+32 + 5408·10+10");
            Assert.That((long)summary["pruned_parameters"]!, Is.EqualTo(27210), "16·9+16 + 2704·10+10");
            Assert.That((double)summary["pruned_accuracy"]!, Is.InRange(0.85, 1));
            Assert.That((double)summary["int8_accuracy"]!, Is.EqualTo((double)summary["accuracy"]!).Within(0.02));
            Assert.That((double)summary["int8_speedup"]!, Is.Positive);
            Assert.That((bool)summary["int8_accepted"]!, Is.EqualTo(summary["files"]!["int8"] is not null));
            foreach (var (_, file) in summary["files"]!.AsObject())
            {
                Assert.That(Path.Combine(_folder, "demo", (string)file!), Does.Exist);
            }
        }
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, $"maas {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
