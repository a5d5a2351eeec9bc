using MaaS.Core.Generation;
using MaaS.Tests;
using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Serving.Tests.Generation;

/// <summary>A package with a draft model writes what the model alone writes.</summary>
public sealed class DraftedTextsTests
{
    [Test]
    public async Task Generate_PackageWithADraft_WritesWhatTheModelWrites()
    {
        using var models = new TemporaryFolder();
        var tokenizer = BpeTrainer.Train(
            ["the cat sat on the mat", "the dog sat on the log"], new() { VocabSize = 280 });
        using var model = Model(tokenizer, layers: 3, seed: 1);
        using var draft = Model(tokenizer, layers: 1, seed: 2);
        await model.PackAsync(
            models["drafted.maas"], "drafted", tokenizer, new DecoderPackageOptions { Draft = draft });
        using var torch = new TextGenerator(model.Start, tokenizer);
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = models.Path);

        foreach (var (temperature, seed) in new[] { (0.0, 1), (0.9, 2), (0.9, 3) })
        {
            var expected = string.Concat(torch.Generate(
                "the cat",
                new() { MaxNewTokens = 50, Temperature = temperature, Seed = seed }).Select(static p => p.Text));
            var answer = await server.PostAsync(
                "/v2/models/drafted/generate", System.Text.Json.JsonSerializer.Serialize(
                new { text_input = "the cat", max_tokens = 50, temperature, seed }));

            Assert.That(answer.GetProperty("text_output").GetString(), Is.EqualTo(expected));
        }

        var metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.That(metrics, Does.Match("""maas_generation_draft_tokens_total\{model="drafted",version="1"\} [1-9]"""));
        Assert.That(metrics, Does.Match("""maas_generation_cache_limit\{model="drafted",version="1"\} [1-9]"""));
        Assert.That(metrics, Does.Contain("""maas_generation_cache_used{model="drafted",version="1"} 0"""));
    }

    [Test]
    public void PackAsync_DraftOfAnotherVocabulary_IsRefused()
    {
        using var models = new TemporaryFolder();
        var tokenizer = BpeTrainer.Train(["the cat"], new() { VocabSize = 280 });
        using var model = Model(tokenizer, layers: 1, seed: 1);
        using var draft = new Gpt(new() { Vocabulary = tokenizer.VocabSize + 1, Decoder = new() { MaxLength = 128 } });

        Assert.That(
            async () => await model.PackAsync(
                models["m.maas"], "m", tokenizer, new DecoderPackageOptions { Draft = draft }),
            Throws.ArgumentException.With.Message.Contains($"draft model of {tokenizer.VocabSize} tokens"));
    }

    private static Gpt Model(Tokenizer tokenizer, int layers, int seed)
    {
        random.manual_seed(seed);
        var model = new Gpt(new()
        {
            Vocabulary = tokenizer.VocabSize,
            Decoder = new() { Width = 32, Layers = layers, Heads = 4, MaxLength = 128 },
        });
        model.eval();
        return model;
    }
}
