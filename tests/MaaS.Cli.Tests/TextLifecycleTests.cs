using System.Text.Json.Nodes;
using MaaS.Core.Drift;
using MaaS.Core.Packages;

namespace MaaS.Cli.Tests;

/// <summary>The verbs on texts, as a user types them.</summary>
[NonParallelizable]
public sealed class TextLifecycleTests
{
    private string _folder = "";
    private string _trained = "";

    [OneTimeSetUp]
    public async Task TrainAndExport()
    {
        _folder = Directory.CreateTempSubdirectory("maas-text-cli-").FullName;
        var random = new Random(3);
        string[] spam = ["prize", "money", "free", "click"], ham = ["meeting", "patch", "lunch", "report"], common = [
            "the", "for", "you", "today",
        ];
        var rows = Enumerable.Range(0, 300).Select(i =>
        {
            var topic = i % 3 == 0 ? spam : ham;
            var words = Enumerable.Range(0, random.Next(5, 25))
                .Select(_ => random.Next(2) == 0 ? common[random.Next(4)] : topic[random.Next(4)]);
            return $"{i},\"{string.Join(' ', words)}, n{i}\",{(i % 3 == 0 ? "spam" : "ham")}";
        });
        await File.WriteAllLinesAsync(Path.Combine(_folder, "mails.csv"), ["id,input,class", .. rows]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "one.csv"), "input,class\nfree money,mails\n");
        _trained = await RunAsync(
            "train", "--csv", "mails.csv", "--text", "input", "--label", "class", "--model", "transformer",
            "--max-length", "32", "--vocabulary", "300",
            "--width", "16", "--heads", "2", "--learning-rate", "0.005", "--epochs", "4", "-o", "text.safetensors");
        await RunAsync("export", "text.safetensors", "-o", "text.maas");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Train_Csv_ShowsTheBaselineBesideTheNetworkAndWritesAReport()
    {
        Assert.That(
            _trained,
            Does.Contain("240 texts to learn from, 60 held back").And.Contains("TF-IDF + logistic regression")
                .And.Contains("spam f1"));
        Assert.That(
            File.ReadAllText(Path.Combine(_folder, "text.html")),
            Does.Contain("TF-IDF + logistic regression").And.Contains("<svg"));
    }

    [Test]
    public async Task Evaluate_TorchModelAndPackage_AgreeOnTheHeldBackTexts()
    {
        string[] texts = ["--csv", "mails.csv", "--text", "input", "--label", "class"];
        var torch = JsonNode.Parse(await RunAsync(["evaluate", "text.safetensors", "--json", .. texts]))!;
        var served = JsonNode.Parse(await RunAsync(["evaluate", "text.maas", "--json", .. texts]))!;
        Assert.That((double)torch["accuracy"]!, Is.GreaterThan(0.9));
        Assert.That((double)served["accuracy"]!, Is.EqualTo((double)torch["accuracy"]!));
        Assert.That(
            await RunAsync(["evaluate", "text.maas", .. texts]),
            Does.Contain("60 texts that training never saw").And.Contains("TF-IDF").And.Contains("ROC-AUC"));
        Assert.That(
            await RunAsync(["evaluate", "text.maas", .. texts, "--split-seed", "9"]),
            Does.Contain("all 300 texts").And.Not.Contains("TF-IDF"));
    }

    [Test]
    public async Task Predict_Text_ShowsItsClass()
        => Assert.That(
            await RunAsync("predict", "text.maas", "free money prize click"), Does.Contain("predicted spam"));

    [Test]
    public async Task Predict_InputThatIsNoUtf8_IsRefused()
    {
        using var process = CommandProcess.Start(_folder, "predict", "text.maas", "-");
        await process.StandardInput.BaseStream.WriteAsync("caf\u00e9"u8.ToArray().AsMemory(0, 4));
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(
            error,
            Does.StartWith("maas: text: expected UTF-8 on standard input, got other bytes").And.Not.Contains("   at "));
    }

    [Test]
    public async Task Export_TrainingTexts_PutsTheirSpreadIntoThePackage()
    {
        string[] texts = ["--csv", "mails.csv", "--text", "input", "--label", "class"];
        await RunAsync(["export", "text.safetensors", "-o", "watched.maas", .. texts]);
        using var package = await ModelPackage.OpenAsync(Path.Combine(_folder, "watched.maas"));
        var baseline = DriftBaseline.FromJson(await package.ReadAsync(DriftBaseline.FileName));
        Assert.That(baseline.Rows, Is.EqualTo(240));
        Assert.That(
            baseline.Features.Select(static f => f.Name),
            Is.EqualTo(new[] { "tokens", "unknown", "prediction", "confidence" }));
        Assert.That(
            baseline.Features[0].Sample, Is.All.InRange(7, 32),
            "5 words and more, a number, [CLS] and [SEP]; at most 32");
    }

    [Test]
    public async Task Quantize_Text_IsDynamicAndKeepsTheTokenizer()
    {
        var output = await RunAsync(
            "quantize", "text.maas", "--csv", "mails.csv", "--text", "input", "--label", "class", "--accept-anyway",
            "-o", "small.maas");
        Assert.That(output, Does.Contain("60 texts that training never saw"));
        Assert.That(await RunAsync("predict", "small.maas", "lunch report meeting"), Does.Contain("predicted ham"));
    }

    [TestCase("expected one column 'text', the header has 'id', 'input', 'class'", "train", "--csv", "mails.csv")]
    [TestCase("expected one of gru, lstm, textcnn, transformer", "train", "--csv", "mails.csv", "--model", "convnet")]
    [TestCase(
        "expected text-classification for texts", "train", "--csv", "mails.csv", "--task", "image-classification")]
    [TestCase("got 'htlm'", "train", "--csv", "mails.csv", "--text", "input", "--label", "class", "--cleaning", "htlm")]
    [TestCase(
        "row 2: expected a label among ham, spam, got '0'", "evaluate", "text.maas", "--csv", "mails.csv", "--text",
        "input", "--label", "id")]
    [TestCase("expected the text to classify", "predict", "text.maas")]
    [TestCase("--image: expected none for a model of texts", "predict", "text.maas", "free", "--image", "a.jpg")]
    [TestCase("--top-k: expected none for a model of texts", "predict", "text.maas", "free", "--top-k", "3")]
    [TestCase("--data-dir: expected none for a model of texts", "evaluate", "text.maas", "--data-dir", ".")]
    [TestCase(
        "expected the texts and the split that the model was trained with", "export", "text.safetensors", "--csv",
        "mails.csv", "--text", "input", "--label", "class", "--split-seed", "4")]
    [TestCase(
        "expected spam-assassin for a model of texts, or --csv FILE, got mnist", "export", "text.safetensors",
        "--baseline", "mnist")]
    [TestCase(
        "expected a package to put the baseline in", "export", "text.safetensors", "--baseline", "spam-assassin", "-o",
        "text.onnx")]
    [TestCase("maas export makes a package of it", "predict", "text.safetensors", "free")]
    [TestCase("--data spam-assassin measures on all of it", "evaluate", "text.safetensors")]
    [TestCase(
        "expected spam-assassin for a model of texts, or --csv FILE, got mnist", "evaluate", "text.maas", "--data",
        "mnist")]
    [TestCase(
        "expected spam-assassin for a model of texts, or --csv FILE, got mnist", "train", "--task",
        "text-classification", "--data", "mnist")]
    [TestCase(
        "expected at least two different ones, got [mails].\n", "train", "--csv", "one.csv", "--text", "input",
        "--label", "class")]
    public async Task Run_WrongUse_SaysWhatIsExpected(string expected, params string[] arguments)
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }
}
