using System.IO.Compression;
using MaaS.Core.Packages;

namespace MaaS.Cli.Tests;

/// <summary>A language model as a user makes it: from texts to a chat, by the command alone.</summary>
[NonParallelizable]
public sealed class LanguageModelLifecycleTests
{
    private string _folder = "";
    private string _trained = "";

    [OneTimeSetUp]
    public async Task Train()
    {
        _folder = Directory.CreateTempSubdirectory("maas-language-model-cli-").FullName;
        var random = new Random(3);
        string Any(params string[] words) => words[random.Next(words.Length)];
        await File.WriteAllTextAsync(Path.Combine(_folder, "animals.txt"), string.Concat(
            Enumerable.Range(0, 700).Select(
                _ => $"the {Any("cat", "dog", "fox")} sat on the {Any("mat", "log", "box")}.\n")));
        await File.WriteAllLinesAsync(Path.Combine(_folder, "chats.jsonl"), Enumerable.Range(0, 40).Select(static i =>
            $"{{\"messages\": [{{\"role\": \"user\", \"content\": \"who sat? {i % 5}\"}}, "
                + $"{{\"role\": \"assistant\", \"content\": \"the {(i % 2 == 0 ? "cat" : "dog")}\"}}]}}")
            .Append(
                $"{{\"messages\": [{{\"role\": \"user\", \"content\": \"{new string('z', 99)}\"}}, "
                    + "{\"role\": \"assistant\", \"content\": \"the cat\"}]}"));
        _trained = await RunAsync(
            "train", "--task", "language-model", "--text", "animals.txt", "--width", "32", "--layers", "1", "--heads",
            "2", "--vocabulary", "300", "--context", "48", "--epochs", "10", "--batch-size", "4",
            "--learning-rate", "0.01", "--device", "cpu", "--key-value-heads", "1", "--dropout", "0", "-o",
            "animals.maas");

        // The package as a folder is a checkpoint, but for its network.
        var checkpoint = Path.Combine(_folder, "checkpoint");
        ZipFile.ExtractToDirectory(Path.Combine(_folder, "animals.maas"), checkpoint);
        File.Delete(Path.Combine(checkpoint, "model.onnx"));
        Directory.CreateDirectory(Path.Combine(_folder, "documents"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "documents", "letter.txt"), "dear");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Train_Text_ShowsPerplexityAndWritesAPackageThatContinues()
    {
        Assert.That(_trained, Does.Contain("perplexity of").And.Contain("counts of three tokens"));
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(_folder, "animals.html")),
            Does.Contain("maas train --task language-model --text animals.txt").And.Contain("LlamaModel"));

        Assert.That(
            await RunAsync("predict", "animals.maas", "the cat sat on the", "--max-tokens", "4"),
            Does.Match("^the cat sat on the (mat|log|box)"));
        Assert.That(await RunAsync("inspect", "animals.maas"), Does.Contain("perplexity"));
    }

    [Test]
    public async Task Quantize_HalfCache_WritesAPackageThatContinuesTheSameWay()
    {
        var output = await RunAsync("quantize", "animals.maas", "--cache", "fp16", "--min-speedup", "0");

        Assert.That(output, Does.Match("keys and values of a token, KiB +0.12 +0.06 +2.00×").And.Contain("accepted"));
        string[] text = ["the cat sat on the", "--max-tokens", "20", "--temperature", "0"];
        Assert.That(
            await RunAsync(["predict", "animals-fp16-cache.maas", .. text]),
            Is.EqualTo(await RunAsync(["predict", "animals.maas", .. text])));
    }

    [Test]
    public async Task Import_TrainedPackageWithADraft_PacksBothAndKeepsWhatIsKnown()
    {
        string[] small = ["--width", "16", "--layers", "1", "--heads", "2", "--context", "48", "--epochs", "1"];
        await RunAsync([
            "train", "--task", "language-model", "--text", "animals.txt", "--vocabulary", "300", "--device", "cpu",
            .. small, "-o", "guesser.maas"]);
        await RunAsync([
            "train", "--task", "language-model", "--text", "animals.txt", "--vocabulary", "270", "--device", "cpu",
            .. small, "-o", "stranger.maas"]);

        var output = await RunAsync("import", "animals.maas", "--draft", "guesser.maas", "-o", "fast.maas");

        Assert.That(output, Does.Contain("guesser guesses tokens ahead"));
        using var fast = await ModelPackage.OpenAsync(Path.Combine(_folder, "fast.maas"));
        using var source = await ModelPackage.OpenAsync(Path.Combine(_folder, "animals.maas"));
        Assert.That(fast.Manifest.Files.Keys, Is.SupersetOf(source.Manifest.Files.Keys).And.Member("draft.onnx"));
        Assert.That(fast.Manifest.Metrics, Is.EqualTo(source.Manifest.Metrics));
        await WrongUse_SaysWhatIsExpected(
            "expected a draft model of the same tokens as animals, but token", "import", "animals.maas", "--draft",
            "stranger.maas", "-o", "no.maas");
    }

    [Test]
    public async Task FineTune_LoraOnChats_WritesAdaptersThatImportTakes()
    {
        var output = await RunAsync(
            "finetune", "animals.maas", "--lora", "--chat", "chats.jsonl", "--target-modules", "q_proj,o_proj,up_proj",
            "--rank", "4", "--epochs", "2", "--learning-rate", "0.01", "--adapter", "who", "--device", "cpu",
            "-o", "who-model");

        Assert.That(output, Does.Contain("LoRA of rank 4 on query, output, up").And.Contain("before training"));
        Assert.That(output, Does.Contain("of the conversations 1 were left out").And.Contain("0 were cut"));
        Assert.That(Path.Combine(_folder, "who", "adapter_model.safetensors"), Does.Exist);
        Assert.That(
            Directory.GetFiles(Path.Combine(_folder, "who-model")).Select(Path.GetFileName), Is.SupersetOf(new[]
            {
                "model.onnx", "tokenizer.json", "tokenizer_config.json", "model.safetensors", "config.json",
            }));
        Assert.That(Path.Combine(_folder, "who-model.html"), Does.Exist);

        var imported = await RunAsync(
            "import", "checkpoint", "-o", "both.maas", "--name", "base", "--adapter", "who=who");
        Assert.That(
            imported, Does.Contain("base").And.Contain("layers.0.attention.query.lora_a")
                .And.Contain("no chat template"));
    }

    [TestCase("--text: expected a file or a folder of texts", "train", "--task", "language-model")]
    [TestCase("expected a file, or a folder", "train", "--task", "language-model", "--text", "nothing.txt")]
    [TestCase("--data: expected none for a language model", "train", "--task", "language-model", "--text",
        "animals.txt", "--data", "mnist")]
    [TestCase("--model: expected one of llama, gpt", "train", "--task", "language-model", "--text", "animals.txt",
        "--model", "convnet")]
    [TestCase("--context: expected none for this task", "train", "--context", "9")]
    [TestCase("ends in .maas for a language model", "train", "--task", "language-model", "--text", "animals.txt", "-o",
        "a.onnx")]
    [TestCase("expected texts or --chat conversations, got neither", "finetune", "animals.maas")]
    [TestCase("--rank: expected none for a training without --lora", "finetune", "animals.maas", "--text",
        "animals.txt", "--rank", "3")]
    [TestCase("got 'query'", "finetune", "animals.maas", "--text", "animals.txt", "--lora", "--target-modules",
        "query")]
    [TestCase("no package there yet", "import", "checkpoint", "-o", "animals.maas")]
    [TestCase("expected adapters with", "import", "checkpoint", "-o", "x.maas", "--adapter", "who=nothing")]
    [TestCase("with the folder of a text encoder", "import", "checkpoint", "-o", "x.maas", "--pooling", "mean")]
    [TestCase("expected a place that can be written", "finetune", "animals.maas", "--text", "animals.txt",
        "--checkpoint", "animals.txt/run.ckpt")]
    [TestCase("is no model package", "finetune", "animals.maas", "--text", "animals.txt", "-o", "documents")]
    [TestCase("--draft: expected the checkpoint of a language model", "import", "animals.txt", "-o", "x.maas",
        "--draft", "animals.maas")]
    [TestCase("expected NAME=FOLDER", "import", "checkpoint", "-o", "x.maas", "--adapter", "who")]
    public async Task WrongUse_SaysWhatIsExpected(string expected, params string[] arguments)
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, arguments);

        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, output + error);
        return output;
    }
}
