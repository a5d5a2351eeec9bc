using System.Collections.Concurrent;
using System.Diagnostics;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;

namespace MaaS.Core.Tests.Generation.Batching;

/// <summary>Clients that ask at random, some of which leave; every text is compared with the same text alone.</summary>
public sealed class GenerationSimulationTests
{
    private const int Clients = 24;

    [TestCase(400)]
    [TestCase(10_000, Explicit = true, Reason = "takes minutes")]
    public async Task GenerateAsync_RandomRequestsAndCancels_DifferNowhereAndLoseNoBlock(int requests)
    {
        using var graph = TinyDecoder.Load();
        using var engine = new GenerationEngine(TinyDecoder.Load(), TinyDecoder.MaxLength, new()
        {
            MaxRows = 9,
            BlockLength = 8,
            ChunkLength = 13,
            IdleChunkLength = 40,
            CacheBytes = 60L * 8 * TinyDecoder.BytesPerToken,
        });
        var (greedy, drawn, left) = (0, 0, 0);
        ConcurrentBag<string> differences = [], edges = [];
        var beginnings = Enumerable.Range(0, 5).Select(i => TinyDecoder.Prompt(new Random(i), 70)).ToArray();
        using var process = Process.GetCurrentProcess();
        long early = 0;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < requests)
            {
                if (number == requests / 4)
                {
                    process.Refresh();
                    early = process.WorkingSet64;
                }

                var random = new Random(number);
                var own = TinyDecoder.Prompt(random, random.Next(1, 100));
                long[] prompt = random.Next(3) == 0 ? [.. beginnings[random.Next(5)], .. own] : own;
                var options = new GenerationOptions
                {
                    MaxNewTokens = random.Next(1, 60),
                    Temperature = random.Next(3) == 0 ? 0.8 : 0,
                    TopK = random.Next(2) * 30,
                    Seed = number,
                    RepetitionPenalty = random.Next(2) == 0 ? 1 : 1.2,
                    FrequencyPenalty = random.Next(2) * 0.5,
                    StopTokens = [random.Next(TinyDecoder.Vocabulary)],
                };
                var leaves = random.Next(5) == 0 ? random.Next(20) : int.MaxValue;
                List<GeneratedToken> text = [];
                await foreach (var token in engine.GenerateAsync(prompt, options, $"caller {number % 7}"))
                {
                    text.Add(token);
                    if (text.Count > leaves)
                    {
                        break;
                    }
                }

                var alone = TinyDecoder.Alone(graph, prompt, options);
                if (!text.Select(static t => t.Id).SequenceEqual(alone.Take(text.Count).Select(static t => t.Id))
                    || (leaves == int.MaxValue && text.Count != alone.Length))
                {
                    var isEdge = options.Temperature > 0 && IsExplainedByRounding(graph, prompt, options, text);
                    (isEdge ? edges : differences).Add($"request {number}, temperature {options.Temperature}");
                }

                Interlocked.Increment(
                    ref leaves < int.MaxValue ? ref left : ref options.Temperature == 0 ? ref greedy : ref drawn);
            }
        })));

        process.Refresh();
        var growth = process.WorkingSet64 - early;
        TestContext.Out.WriteLine(
            $"{greedy} greedy, {drawn} drawn, {left} left early, {differences.Count} differences, "
            + $"{edges.Count} draws at an edge; "
            + $"{engine.Status.Preemptions} preemptions, {engine.Status.CachedTokens} cached tokens; memory grew by "
            + $"{growth >> 20} MiB after a quarter of them");
        Assert.That(differences, Is.Empty);
        Assert.That(engine.Status.Preemptions, Is.Positive);
        Assert.That(engine.Status.CachedTokens, Is.Positive);
        Assert.That(
            () => (engine.Status.UsedBlocks, engine.Status.Running, engine.Status.Waiting),
            Is.EqualTo((0, 0, 0)).After(5000, 10));
    }

    // A draw falls on an edge between two tokens about once in a hundred thousand: the last bits of a batch's logits
    // decide then. Every token must come from logits that differ by no more than that.
    private static bool IsExplainedByRounding(
        DecoderGraph graph, long[] prompt, GenerationOptions options, List<GeneratedToken> text)
    {
        using var session = graph.Start(TinyDecoder.MaxLength);
        List<float[]> logits = [];
        for (var step = 0; step < text.Count; step++)
        {
            logits.Add(session.Append(step == 0 ? prompt : [text[step - 1].Id]).ToArray());
            var tries = Enumerable.Range(0, 500).Select(seed => Draw(
                prompt, options, text, logits, seed == 0 ? null : new Random(seed)));
            if (!tries.Any(token => token == text[step].Id))
            {
                return false;
            }
        }

        return true;
    }

    // What is drawn last when the last logits are changed in their last bits.
    private static long Draw(
        long[] prompt, GenerationOptions options, List<GeneratedToken> text, List<float[]> logits, Random? changes)
    {
        var sampler = new TokenSampler(options, prompt);
        for (var step = 0; step < logits.Count - 1; step++)
        {
            sampler.Next(logits[step]);
            sampler.Accept(text[step].Id);
        }

        var last = logits[^1];
        var rounding = 1e-5f * last.Max(MathF.Abs);
        return sampler.Next(changes is null ? last
            : Array.ConvertAll(last, l => l + (rounding * ((float)changes.NextDouble() - 0.5f))));
    }
}
