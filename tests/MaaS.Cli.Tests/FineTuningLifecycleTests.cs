namespace MaaS.Cli.Tests;

/// <summary>A pre-trained sentence encoder, as a user fine-tunes it: from a CSV file to an answer.</summary>
[NonParallelizable]
public sealed class FineTuningLifecycleTests
{
    private static readonly string[] Texts = ["--csv", "mails.csv", "--text", "input", "--label", "class"];

    private string _folder = "";
    private string _trained = "";

    [OneTimeSetUp]
    public async Task TrainAndExport()
    {
        _folder = Directory.CreateTempSubdirectory("maas-fine-tuning-cli-").FullName;
        var random = new Random(3);
        string[] spam = ["you won a prize", "claim your money", "free offer inside", "click this link"];
        string[] ham = ["the meeting is at noon", "please review the patch", "lunch on friday", "the report is done"];
        var rows = Enumerable.Range(0, 90).Select(i =>
        {
            var topic = i % 3 == 0 ? spam : ham;
            return $"\"{topic[random.Next(4)]}, {topic[random.Next(4)]}, number {i}\",{(i % 3 == 0 ? "spam" : "ham")}";
        });
        await File.WriteAllLinesAsync(Path.Combine(_folder, "mails.csv"), ["input,class", .. rows]);
        _trained = await RunAsync(
            ["train", .. Texts, "--from", "minilm", "--learning-rate", "2e-5", "--max-length", "24", "--epochs", "1",
             "-o",
                "tuned.safetensors", "--report", "run.html"]);
        await RunAsync(["export", "tuned.safetensors", "-o", "tuned.maas"]);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Train_From_SaysHowTheWeightsFitAndWritesTheReport()
    {
        Assert.That(
            _trained, Does.Contain("from minilm: BERT of 6 layers, width 384").And.Contains("taken      101 tensors"));
        Assert.That(
            _trained,
            Does.Contain("missing    none").And.Contains("left over  2: pooler.dense.weight, pooler.dense.bias"));
        Assert.That(
            _trained,
            Does.Contain("made anew  classifier.weight, classifier.bias").And.Contains("72 texts to learn from"));
        Assert.That(
            File.ReadAllText(Path.Combine(_folder, "run.html")),
            Does.Contain("maas train --csv mails.csv").And.Contains("Precision by recall")
                .And.Contains("Calibration: bert"));
    }

    [Test]
    public async Task Predict_PackageOfIt_ShowsTheClass()
    {
        Assert.That(await RunAsync(["predict", "tuned.maas", "claim your free prize"]), Does.Contain("predicted spam"));
        Assert.That(
            await RunAsync(["evaluate", "tuned.maas", .. Texts]), Does.Contain("18 texts that training never saw"));
    }

    [Test]
    public async Task Quantize_PackageOfIt_IsSmallerAndAnswers()
    {
        await RunAsync(
            ["quantize", "tuned.maas", "--mode", "dynamic", .. Texts, "--accept-anyway", "-o", "small.maas"]);
        Assert.That(
            new FileInfo(Path.Combine(_folder, "small.maas")).Length,
            Is.LessThan(new FileInfo(Path.Combine(_folder, "tuned.maas")).Length / 2));
        Assert.That(
            await RunAsync(["predict", "small.maas", "please review the report"]), Does.Contain("predicted ham"));
    }

    [TestCase("--model: expected none beside --from", "--from", "minilm", "--model", "lstm")]
    [TestCase("--width: expected none beside --from", "--from", "minilm", "--width", "64")]
    [TestCase("--max-length: expected at most 512", "--from", "minilm", "--max-length", "600")]
    [TestCase("--pooling: expected --from beside it", "--pooling", "mean")]
    [TestCase("or one of the names minilm, resnet18", "--from", "bert-huge")]
    public async Task Train_WrongUse_SaysWhatIsExpected(string expected, params string[] arguments)
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, ["train", .. Texts, .. arguments]);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }

    [Test]
    public async Task Train_ImagesWithFrom_SaysWhatItIsFor()
    {
        var (code, _, error) = await CommandProcess.RunAsync(
            _folder, ["train", "--data", "mnist", "--from", "resnet18"]);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("--from: expected texts"));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }
}
