using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Batching;

public sealed class GenerationEngineTests
{
    private DecoderGraph _graph = null!;

    [SetUp]
    public void Load() => _graph = TinyDecoder.Load();

    [TearDown]
    public void Free() => _graph.Dispose();

    private static GenerationEngine Engine(GenerationEngineOptions? options = null)
        => new(TinyDecoder.Load(), TinyDecoder.MaxLength, options);

    private static GenerationEngineOptions Blocks(int blocks, int length = 16) => new()
    {
        BlockLength = length,
        CacheBytes = (long)blocks * length * TinyDecoder.BytesPerToken,
    };

    // Greedy, and drawn with a seed: both tell a wrong logit.
    private static GenerationOptions Options(Random random) => new()
    {
        MaxNewTokens = random.Next(1, 40),
        Temperature = random.Next(2) * 0.7,
        Seed = random.Next(),
        TopK = random.Next(2) * 20,
        TopP = random.Next(2) == 0 ? 1 : 0.9,
        RepetitionPenalty = random.Next(2) == 0 ? 1 : 1.3,
        StopTokens = [random.Next(TinyDecoder.Vocabulary)],
    };

    private static async Task<GeneratedToken[]> All(
        GenerationEngine engine, IReadOnlyList<long> prompt, GenerationOptions? options = null, string? caller = null,
        CancellationToken cancellationToken = default)
        => await engine.GenerateAsync(prompt, options, caller, cancellationToken).ToArrayAsync(CancellationToken.None);

    // Cached tokens are how a text came to be, not what it is.
    private static IEnumerable<(long, FinishReason)> Plain(IEnumerable<GeneratedToken> tokens)
        => tokens.Select(static t => (t.Id, t.Finish));

    [TestCase(1, 64, 16, 1 << 20)]
    [TestCase(3, 4, 5, 1 << 20)]
    [TestCase(16, 64, 16, 1 << 20)]
    [TestCase(16, 7, 16, 20)]
    [TestCase(5, 16, 3, 90)]
    public async Task GenerateAsync_ManyAtOnce_WritesWhatEachWritesAlone(
        int rows, int chunk, int blockLength, int blocks)
    {
        var random = new Random(rows + chunk);
        using var engine = Engine(
            Blocks(blocks, blockLength) with { MaxRows = rows, ChunkLength = chunk, IdleChunkLength = chunk + 3 });
        var requests = Enumerable.Range(0, 60).Select(_ => (
            Prompt: TinyDecoder.Prompt(random, random.Next(1, 120)), Options: Options(random))).ToArray();

        var texts = await Task.WhenAll(requests.Select(r => Task.Run(() => All(engine, r.Prompt, r.Options))));

        for (var i = 0; i < requests.Length; i++)
        {
            var alone = TinyDecoder.Alone(_graph, requests[i].Prompt, requests[i].Options);
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(alone)), $"request {i}");
        }

        Assert.That(engine.Status.UsedBlocks, Is.Zero);
    }
}
