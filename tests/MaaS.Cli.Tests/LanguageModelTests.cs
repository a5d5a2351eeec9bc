using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Core.Tests.Importing;
using MaaS.Tests;

namespace MaaS.Cli.Tests;

/// <summary>Language models of another exporter: <c>maas import</c>, <c>maas quantize</c>.</summary>
internal sealed class LanguageModelTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        ForeignDecoder.Copy("mask-positions", _folder["story"]);
        File.WriteAllText(
            _folder["unseen.txt"], string.Join(' ', Enumerable.Repeat("the cat sat on the mat and", 12)));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task ImportAndQuantize_LanguageModel_WritesAPackageThatWrites()
    {
        var imported = await RunAsync(0, "import", "story", "-o", "story.maas");
        Assert.That(imported, Does.Contain("writes texts of at most 128 tokens, which [263] end"));

        var quantized = await RunAsync(
            0, "quantize", "story.maas", "--bits", "8", "--data", "unseen.txt", "--min-speedup", "0",
            "--max-perplexity-rise", "0.5", "-o", "small.maas");

        Assert.That(
            quantized,
            Does.Contain("compared on unseen.txt").And.Contain("same likeliest token")
                .And.Contain("tokens/s, eight texts").And.Contain("accepted: "));
        using var package = await ModelPackage.OpenAsync(_folder["small.maas"]);
        Assert.That(package.Manifest.Metrics!.Keys, Is.SupersetOf(new[] { "perplexity", "agreement", "compression" }));
        Assert.That(package.Manifest.Generation!.StopTokens, Is.EqualTo(new[] { 263 }));
        Assert.That(package.Manifest.Files.Keys, Has.Member("tokenizer_config.json"));
        using var generator = await TextGenerator.OpenAsync(_folder["small.maas"]);
        Assert.That(generator.Generate("the cat", new() { MaxNewTokens = 8 }).Count(), Is.EqualTo(8));
    }

    [Test]
    public async Task Quantize_Conversations_ComparesAnswersAlone()
    {
        const string answer = "the cat sat";
        await File.WriteAllLinesAsync(_folder["chats.jsonl"], Enumerable.Repeat(
            $$"""{"messages": [{"role": "user", "content": "who?"}, {"role": "assistant", "content": "{{answer}}"}]}""",
            4));
        await RunAsync(0, "import", "story", "-o", "story.maas");

        var quantized = await RunAsync(
            0, "quantize", "story.maas", "--bits", "8", "--chat", "chats.jsonl", "--min-speedup", "0",
            "--max-perplexity-rise", "0.5", "-o", "small.maas");

        using var chat = await ChatModel.OpenAsync(_folder["story.maas"]);
        var tokens = 4 * chat.Tokenizer.EncodeWhole($"assistant: {answer}", new() { AddSpecialTokens = false }).Length;
        Assert.That(
            quantized,
            Does.Contain("compared on the answers in").And.Contain("chats.jsonl").And.Contain($"of {tokens} tokens"));
        Assert.That(File.Exists(_folder["small.maas"]));
        Assert.That(
            await RunAsync(2, "quantize", "story.maas", "--chat", "chats.jsonl", "--data", "unseen.txt"),
            Does.Contain("expected --data or --chat, got both"));
    }

    [Test]
    public async Task Quantize_TooMuchLost_WritesNothing()
    {
        await RunAsync(0, "import", "story", "-o", "story.maas");

        var output = await RunAsync(
            1, "quantize", "story.maas", "--mode", "int4", "--min-speedup", "0", "--max-perplexity-rise", "0.0001");

        Assert.That(
            output,
            Does.Contain("texts that the float model writes itself").And.Contain("refused: the perplexity rises by"));
        Assert.That(File.Exists(_folder["story-int4.maas"]), Is.False);
    }

    [Test]
    public async Task Quantize_HalfCacheOfHalfCaches_WritesNothing()
    {
        await RunAsync(0, "import", "story", "-o", "story.maas");

        Assert.That(
            await RunAsync(1, "quantize", "story.maas", "--cache", "fp16", "--min-speedup", "0"),
            Does.Contain("refused: its keys and values are no float32"));
    }

    [TestCase("--bits: expected 8 or 4, got 3", "--bits", "3")]
    [TestCase("--bits 8: expected no --mode, or int8, got int4", "--bits", "8", "--mode", "int4")]
    [TestCase("--mode: expected int8 or int4", "--mode", "dynamic")]
    [TestCase("--max-accuracy-drop: expected none for a language model", "--max-accuracy-drop", "0.1")]
    [TestCase("--data: expected a file of text", "--data", "random")]
    [TestCase("MaxPerplexityRise of 0 or more", "--max-perplexity-rise", "-1")]
    public async Task Quantize_OptionThatSaysNothing_IsRefused(string expected, params string[] options)
    {
        await RunAsync(0, "import", "story", "-o", "story.maas");

        Assert.That(await RunAsync(2, ["quantize", "story.maas", .. options]), Does.Contain(expected));
    }

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(code, Is.EqualTo(expected), output + error);
        return output + error;
    }
}
