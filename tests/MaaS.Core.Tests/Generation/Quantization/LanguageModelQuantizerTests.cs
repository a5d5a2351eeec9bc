using MaaS.Core.Generation;
using MaaS.Core.Generation.Quantization;
using MaaS.Core.Packages;
using MaaS.Core.Tests.Importing;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.WeightOnly;

namespace MaaS.Core.Tests.Generation.Quantization;

public sealed class LanguageModelQuantizerTests
{
    private static readonly GenerationSettings Settings = new(128, [2]);

    // Speed on a busy machine decides nothing here.
    private static readonly LanguageModelQuantizerOptions AnySpeed = new()
    {
        MinSpeedup = 0,
        Inference = new InferenceOptions { IntraOpThreads = 1 },
    };

    private static readonly WeightOnlyQuantizerOptions FourBits = new() { Bits = 4, Embeddings = false };

    private static OnnxModel Model(string name) => OnnxModel.Load(Path.Combine(
        ForeignDecoder.Folder(name), name == "merged" ? "decoder_model_merged.onnx" : "model.onnx"));

    private static long[] Text(string name, int index)
    {
        var text = ForeignDecoder.Expected(name)[index];
        return [.. text.Prompt, .. text.Tokens];
    }

    [TestCase("merged", 1e-4)]
    [TestCase("mask-positions", 5e-3)]
    public void Run_Text_FindsNumPysPerplexityOfTheFloatModel(string name, double tolerance)
    {
        var report = new LanguageModelQuantizer(AnySpeed).Run(Model(name), Settings, Text(name, 1)).Report;

        var expected = ForeignDecoder.Expected(name)[1].Perplexity;
        Assert.That(report.Float.Perplexity, Is.EqualTo(expected).Within(tolerance).Percent.Or
            .EqualTo(expected).Within(tolerance * expected));
        Assert.That(report.Tokens, Is.EqualTo(Text(name, 1).Length - 1));
    }

    [TestCase("merged")]
    [TestCase("mask-positions")]
    public void Run_OneTokenThatCounts_FindsItsProbabilityByNumPy(string name)
    {
        var text = ForeignDecoder.Expected(name)[1];
        int[] ids = [.. text.Prompt.Append(text.Tokens[0]).Select(static id => (int)id)];
        var example = new TokenExample([.. ids, 7, 7], [.. ids.Select((_, i) => i == ids.Length - 1), false, false]);

        var report = new LanguageModelQuantizer(AnySpeed).Run(Model(name), Settings, [example]).Report;

        var exponents = text.Logits.Select(static l => Math.Exp(l)).ToArray();
        Assert.That(report.Tokens, Is.EqualTo(1));
        Assert.That(report.Float.Perplexity, Is.EqualTo(exponents.Sum() / exponents[ids[^1]]).Within(0.01).Percent);
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(8)]
    public void Measure_TextOfSeveralRuns_FindsNumPysPerplexity(int most)
    {
        var example = TokenExample.Of([.. Text("mask-positions", 1).Select(static id => (int)id)]);
        using var graph = new DecoderGraph(InferenceModel.Load(Model("mask-positions").ToByteArray(), "whole"));

        var scores = TokenScores.Measure(graph, [example, example], default, most);

        Assert.That(scores.Likeliest, Has.Count.EqualTo(2 * (example.Ids.Count - 1)));
        Assert.That(
            scores.Perplexity, Is.EqualTo(ForeignDecoder.Expected("mask-positions")[1].Perplexity).Within(0.5).Percent);
    }

    [Test]
    public void Run_ManyExamples_TakesAsManyAsTheMostTokens()
    {
        var example = new TokenExample([1, 2, 3, 4, 5], [false, false, true, false, true]);

        var report = new LanguageModelQuantizer(AnySpeed with { MaxTokens = 16 })
            .Run(Model("merged"), Settings, [.. Enumerable.Repeat(example, 100)]).Report;

        Assert.That(report.Tokens, Is.EqualTo(16));
    }

    [Test]
    public void Run_EightBits_IsSmallerAndWritesNearlyTheSame()
    {
        var result = new LanguageModelQuantizer(AnySpeed with { MaxPerplexityRise = 0.05 })
            .Run(Model("mask-positions"), Settings);

        var report = result.Report;
        Assert.That(report.Accepted, report.Reason);
        Assert.That(report.Agreement, Is.GreaterThan(0.85));
        Assert.That(Math.Abs(report.PerplexityRise), Is.LessThan(0.05));
        Assert.That(report.Compression, Is.GreaterThan(1.8), "products alone: the table stays float");
        Assert.That(result.Model.Graph.Node.Count(static n => n.OpType == "MatMulNBits"), Is.EqualTo(15));
        Assert.That(result.Model.Graph.Initializer.Any(static i => i.Name == "embedding"));
        using var graph = new DecoderGraph(InferenceModel.Load(result.Model.ToByteArray(), "small"));
        Assert.That(graph.RowObstacle(), Is.Null, "texts still share runs");
        Assert.That(report.ToString(), Does.Contain("tokens/s, eight texts").And.Contain("accepted: "));
    }

    [Test]
    public void Run_HalfCacheOfAGraphWithBranches_SaysWhatWasExpected()
        => Assert.That(
            () => new LanguageModelQuantizer(AnySpeed with { Weights = null, HalfCache = true })
                .Run(Model("merged"), Settings),
            Throws.ArgumentException.With.Message.Contains("expected a Concat that appends to past_key_values.0.key"));

    [Test]
    public void Run_HalfCacheOfHalfCaches_IsNeverAccepted()
    {
        var report = new LanguageModelQuantizer(AnySpeed with { HalfCache = true, AcceptAnyway = true })
            .Run(Model("mask-positions"), Settings).Report;

        Assert.That(report.Accepted, Is.False);
        Assert.That(report.Reason, Is.EqualTo("its keys and values are no float32"));
    }

    [Test]
    public void Run_NoText_ComparesOnTextsThatTheModelWrites()
    {
        var result = new LanguageModelQuantizer(AnySpeed with { Weights = FourBits, MaxPerplexityRise = 10 })
            .Run(Model("merged"), Settings);

        Assert.That(result.Report.Tokens, Is.EqualTo(8 * 127), "eight texts of the longest length");
        Assert.That(
            result.Report.Quantized.Perplexity, Is.GreaterThan(result.Report.Float.Perplexity),
            "nobody foretells a model's own texts better than it");
        Assert.That(result.Report.Agreement, Is.InRange(0.2, 0.999));
    }

    [Test]
    public void Run_TooMuchLost_ReturnsTheFloatModelUnlessTakenAnyway()
    {
        var model = Model("mask-positions");
        var options = AnySpeed with { Weights = FourBits, MaxPerplexityRise = 0.0001 };

        var refused = new LanguageModelQuantizer(options).Run(model, Settings);
        var anyway = new LanguageModelQuantizer(options with { AcceptAnyway = true }).Run(model, Settings);

        Assert.That(refused.Report.Accepted, Is.False);
        Assert.That(refused.Model, Is.SameAs(model));
        Assert.That(refused.Report.Reason, Does.Contain("perplexity rises by"));
        Assert.That(anyway.Report.Accepted);
        Assert.That(anyway.Report.Reason, Does.StartWith("although the perplexity rises"));
        Assert.That(anyway.Model.WeightBytes, Is.LessThan(model.WeightBytes));
    }

    [Test]
    public void Run_TooSlow_IsRefusedByItsSpeed()
        => Assert.That(
            new LanguageModelQuantizer(AnySpeed with { MinSpeedup = 1000, MaxPerplexityRise = 1 })
                .Run(Model("mask-positions"), Settings).Report.Reason,
            Does.Contain("times as many tokens a second, less than 1000"));

    [Test]
    public void Run_NoFloat32Weights_IsNeverAccepted()
    {
        var model = OnnxModel.Load(Path.Combine(ForeignDecoder.Folder("llama-fp16"), "onnx/model.onnx"));

        var report = new LanguageModelQuantizer(AnySpeed with { AcceptAnyway = true }).Run(model, Settings).Report;

        Assert.That(report.Accepted, Is.False);
        Assert.That(report.Reason, Does.Contain("no product by a constant float32 weight"));
    }

    [Test]
    public void Run_UnfitInput_SaysWhatWasExpected()
    {
        var quantizer = new LanguageModelQuantizer(AnySpeed);
        var model = Model("mask-positions");

        Assert.That(
            () => quantizer.Run(model, Settings, [1, 2, 3]),
            Throws.ArgumentException.With.Message.Contains("at least 16 tokens"));
        Assert.That(
            () => quantizer.Run(model, Settings, [.. Enumerable.Range(0, 20).Select(static i => i * 100L)]),
            Throws.ArgumentException.With.Message.Contains("tokens below 265"));
        Assert.That(
            () => quantizer.Run(
                model, new GenerationSettings(3, [2]), [new TokenExample([1, 2, 3, 4], [false, false, false, true])]),
            Throws.ArgumentException.With.Message.Contains("a token that counts among the first 3"));
        Assert.That(
            () => quantizer.Run(model, Settings, [new TokenExample([1, 2, 3], [false, true])]),
            Throws.ArgumentException.With.Message.Contains("got 3 tokens and 2 answers"));
        Assert.That(
            () => quantizer.Run(model, Settings, Array.Empty<TokenExample>()),
            Throws.ArgumentException.With.Message.Contains("got no example"));
        Assert.That(
            () => new LanguageModelQuantizer(AnySpeed with { Weights = null }).Run(model, Settings),
            Throws.ArgumentException.With.Message.Contains("expected Weights or HalfCache, got neither"));
        Assert.That(
            () => new LanguageModelQuantizer(AnySpeed with { MaxTokens = 1, MinSpeedup = -1 }).Run(model, Settings),
            Throws.ArgumentException.With.Message.Contains("MinSpeedup").And.Message.Contains("MaxTokens"));
        Assert.That(
            () => quantizer.Run(
                OnnxModel.Load(Path.Combine(
                    TestContext.CurrentContext.TestDirectory, "Packages/Fixtures/linear.onnx")), Settings),
            Throws.ArgumentException.With.Message.Contains("expected a decoder"));
    }
}
