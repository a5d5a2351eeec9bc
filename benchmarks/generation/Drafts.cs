using System.Diagnostics;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Benchmarks.Generation;

/// <summary>Tokens a second of a package with a draft model: with its guesses and without, in turns, the texts
/// compared.</summary>
internal static class Drafts
{
    private const int Texts = 8, PromptLength = 32, NewTokens = 96;

    public static async Task RunAsync(string package, string textFile, int rounds)
    {
        using var opened = await ModelPackage.OpenAsync(package);
        var tokenizer = await TextGenerator.TokenizerOfAsync(opened);
        var tokens = tokenizer.EncodeWhole(await File.ReadAllTextAsync(textFile));
        var prompts = Enumerable.Range(0, Texts)
            .Select(i => tokens.Skip(i * (tokens.Length - PromptLength) / Texts).Take(PromptLength).ToArray())
            .ToArray();
        var length = opened.Manifest.Generation!.MaxLength;
        using var alone = new GenerationEngine(new DecoderGraph(await opened.LoadNetworkAsync()), length);
        using var drafted = new GenerationEngine(
            new DecoderGraph(await opened.LoadNetworkAsync()), length,
            draft: new DecoderGraph(InferenceModel.Load(await opened.ReadAsync(TextGenerator.DraftFile), "draft")));
        foreach (var (clients, temperature) in new[] { (1, 0.0), (1, 0.8), (2, 0.0) })
        {
            var seconds = new[] { new List<double>(), new List<double>() };
            List<long>[]? texts = null;
            var before = drafted.Status;
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (i, engine) in new[] { alone, drafted }.Index())
                {
                    var clock = Stopwatch.StartNew();
                    var written = await WriteAsync(engine, prompts, clients, temperature);
                    if (round > 0)
                    {
                        seconds[i].Add(clock.Elapsed.TotalSeconds);
                    }

                    texts ??= written;
                    if (!texts.Zip(written).All(static p => p.First.SequenceEqual(p.Second)))
                    {
                        throw new InvalidOperationException("the guesses changed a text");
                    }
                }
            }

            var rates = seconds.Select(s => texts!.Sum(static t => t.Count) / Measurement.Quantile([.. s], 0.5))
                .ToArray();
            var (guessed, right) = (
                drafted.Status.DraftedTokens - before.DraftedTokens,
                drafted.Status.AcceptedTokens - before.AcceptedTokens);
            Console.WriteLine(
                $"{clients} at once, temperature {temperature}: {rates[0]:F1} tokens/s alone, {rates[1]:F1} with the "
                    + $"draft model, {rates[1] / rates[0]:F2} times; {(double)right / guessed:P0} of the guesses "
                    + $"right");
        }
    }

    private static async Task<List<long>[]> WriteAsync(
        GenerationEngine engine, long[][] prompts, int clients, double temperature)
    {
        var texts = new List<long>[prompts.Length];
        await Parallel.ForAsync(
            0, prompts.Length, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (i, cancellationToken) =>
            {
                var options = new GenerationOptions
                {
                    MaxNewTokens = NewTokens,
                    Temperature = temperature,
                    Seed = i,
                };
                texts[i] = await engine.GenerateAsync(prompts[i], options, cancellationToken: cancellationToken)
                    .Select(static t => t.Id).ToListAsync(cancellationToken);
            });
        return texts;
    }
}
