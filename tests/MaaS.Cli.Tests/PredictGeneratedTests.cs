using MaaS.Core.Generation;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using TorchSharp;

namespace MaaS.Cli.Tests;

/// <summary><c>maas predict</c> with a language model.</summary>
public sealed class PredictGeneratedTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public async Task PackAsync()
    {
        _folder = Directory.CreateTempSubdirectory("maas-generate-").FullName;
        var tokenizer = BpeTrainer.Train(["once upon a time there was a whale"], new() { VocabSize = 280 });
        torch.random.manual_seed(5);
        using var gpt = new Gpt(
            new()
            {
                Vocabulary = tokenizer.VocabSize,
                Decoder = new()
                {
                    Width = 16,
                    Heads = 2,
                    Layers = 1,
                    MaxLength = 32,
                },
            });
        gpt.eval();
        await gpt.PackAsync(Path.Combine(_folder, "story.maas"), "story", tokenizer);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Predict_Prompt_WritesOn()
    {
        using var generator = await TextGenerator.OpenAsync(Path.Combine(_folder, "story.maas"));
        var expected = generator.Generate(
            "Once upon", new() { MaxNewTokens = 9, Temperature = 1, TopP = 0.95, Seed = 7 });

        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "predict", "story.maas", "Once upon", "--max-tokens", "9", "--temperature", "1", "--seed", "7");

        Assert.That(code, Is.Zero, error);
        Assert.That(
            output, Is.EqualTo("Once upon" + string.Concat(expected.Select(static p => p.Text)) + Environment.NewLine));
    }

    [TestCase("expected the text to continue", "predict", "story.maas")]
    [TestCase("--index: expected none for a language model", "predict", "story.maas", "Once", "--index", "3")]
    [TestCase("expected Temperature of 0 or more, got -1", "predict", "story.maas", "Once", "--temperature", "-1")]
    [TestCase(
        "a prompt of less than 32 tokens", "predict", "story.maas",
        "xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx xx")]
    public async Task Predict_WrongUse_SaysWhatIsExpected(string expected, params string[] arguments)
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, arguments);

        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }
}
