using MaaS.Core.Generation.Quantization;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tests;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>The exported step: rows of unequal length beside each other, against each of them alone.</summary>
internal sealed class DecoderExportTests
{
    private static readonly long[][] Rows = [[3, 17, 8, 8, 0, 5, 1], [9, 2], [4, 4, 11, 19]];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-decoder-export-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    private static readonly string[] Kinds =
        ["learned", "rotary", "sinusoidal", "llama", "llama grouped", "llama window", "llama partly turning"];

    [TestCaseSource(nameof(Kinds))]
    public void Export_PaddedRows_GiveTheLogitsOfEachRowAlone(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = Model(kind);
        using var decoder = Load(model);

        // The prompts at once, then one more token each.
        var (logits, caches, mask) = Prompts(decoder);
        using var next = Run(
            decoder, TensorValue.Of(new long[] { 6, 7, 8 }, 3, 1),
            TensorValue.Of(mask.SelectMany(static m => m.Append(1)).ToArray(), 3, 8),
            TensorValue.Of([.. Rows.Select(static r => (long)r.Length)], 3, 1), [.. caches]);

        for (var row = 0; row < Rows.Length; row++)
        {
            var length = Rows[row].Length;
            var alone = model.call(tensor([.. Rows[row], 6L + row], [1, length + 1]))[0];
            var prompt = logits.AsSpan<float>().Slice(((row * 7) + 7 - length) * 23, length * 23).ToArray();
            Assert.That(
                prompt, Is.EqualTo(alone.narrow(0, 0, length).reshape(-1).data<float>().ToArray()).Within(1e-4),
                $"prompt {row}");
            Assert.That(
                next[0].AsSpan<float>().Slice(row * 23, 23).ToArray(),
                Is.EqualTo(alone[length].data<float>().ToArray()).Within(1e-4), $"step of row {row}");
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Quantize_HalfCacheOfAnExport_HalvesItsBytesAndKeepsTorchsPerplexity(string kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = Model(kind);
        var random = new Random(5);
        long[] text = [.. Enumerable.Range(0, 24).Select(_ => (long)random.Next(23))];
        var quantizer = new LanguageModelQuantizer(new() { Weights = null, HalfCache = true, MinSpeedup = 0 });

        var result = quantizer.Run(DecoderExport.Export(model).Model, new(model.MaxLength, [0]), text);

        var logits = model.call(tensor(text[..^1], [1, text.Length - 1]))[0];
        var expected = Math.Exp(nn.functional.cross_entropy(logits, tensor(text[1..])).item<float>());
        Assert.That(result.Report.Float.Perplexity, Is.EqualTo(expected).Within(0.01).Percent);
        Assert.That(result.Report.Quantized.Perplexity, Is.EqualTo(expected).Within(0.5).Percent);
        Assert.That(result.Report.Quantized.Perplexity, Is.Not.EqualTo(result.Report.Float.Perplexity));
        Assert.That(result.Report.Quantized.CacheBytes, Is.EqualTo(result.Report.Float.CacheBytes / 2));
        Assert.That(result.Report.Accepted, result.Report.Reason);
        var path = Path.Combine(_folder.FullName, $"{kind} half.onnx");
        result.Model.Save(path);
        OnnxChecker.Check(path);
    }

    [Test]
    public void Export_OtherPadding_ChangesNoBit()
    {
        using var model = Model("learned");
        using var decoder = Load(model);

        var (zeros, _, _) = Prompts(decoder);
        var (others, _, _) = Prompts(decoder, padding: 21);

        for (var row = 0; row < Rows.Length; row++)
        {
            var (first, count) = (((row * 7) + 7 - Rows[row].Length) * 23, Rows[row].Length * 23);
            Assert.That(
                others.AsSpan<float>().Slice(first, count).ToArray(),
                Is.EqualTo(zeros.AsSpan<float>().Slice(first, count).ToArray()), $"row {row}");
        }

        Assert.That(others.AsSpan<float>().ToArray(), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Export_Graph_HasTheCommonNamesAndOneMaskForAllLayers()
    {
        using var model = Model("learned");

        var exported = DecoderExport.Export(model);

        Assert.That(exported.ParityMaxAbs, Is.LessThan(1e-4));
        Assert.That(exported.Model.Inputs.Select(static i => i.Name), Is.EqualTo(new[]
        {
            "input_ids", "attention_mask", "position_ids", "past_key_values.0.key", "past_key_values.0.value",
            "past_key_values.1.key", "past_key_values.1.value",
        }));
        Assert.That(exported.Model.Outputs.Select(static o => o.Name), Is.EqualTo(
            new[] { "logits", "present.0.key", "present.0.value", "present.1.key", "present.1.value" }));
        Assert.That(exported.Model.Graph.Node.Count(static n => n.OpType == "Range"), Is.EqualTo(1));
        Assert.That(exported.Model.Graph.Node.Count(static n => n.OpType == "Or"), Is.EqualTo(1));
    }

    [Test]
    public void Export_OneTokenLong_Works()
    {
        using var model = new Gpt(
            new() { Vocabulary = 7, Decoder = new() { Width = 8, Heads = 2, Layers = 1, MaxLength = 1 } });

        Assert.That(DecoderExport.Export(model).ParityMaxAbs, Is.LessThan(1e-4));
    }

    [Test]
    public void Step_MaskOfAnotherLength_ThrowsAndNamesBoth()
    {
        using var scope = NewDisposeScope();
        using var model = Model("learned");
        KeyValueCache[] caches = [new(), new()];
        var ids = zeros(1, 3, ScalarType.Int64);

        Assert.That(
            () => model.Step(ids, ones(1, 4, ScalarType.Int64), ids, caches),
            Throws.ArgumentException.With.Message.Contains("expected a mask of 3 keys").And.Message.Contains("(1,4)"));
        Assert.That(
            () => model.Step(ids, ones(1, 3, ScalarType.Int64), ids, [caches[0]]),
            Throws.ArgumentException.With.Message.Contains("expected 2 caches"));
    }

    private static (TensorValue Logits, IReadOnlyList<TensorValue> Caches, long[][] Mask) Prompts(
        InferenceModel decoder, long padding = 0)
    {
        var longest = Rows.Max(static r => r.Length);
        long[] Left(long[] row, long with) => [.. Enumerable.Repeat(with, longest - row.Length), .. row];
        long[][] mask = [.. Rows.Select(r => Left(Array.ConvertAll(r, static _ => 1L), 0))];
        long[][] places = [
            .. Rows.Select(r => Left([.. Enumerable.Range(0, r.Length).Select(static i => (long)i)], 0)),
        ];
        var empty = decoder.Inputs.Skip(3).Select(
            static past => TensorValue.Of(Array.Empty<float>(), Rows.Length, past.Shape[1], 0, past.Shape[3]));
        var outputs = Run(
            decoder, TensorValue.Of(Rows.SelectMany(r => Left(r, padding)).ToArray(), Rows.Length, longest),
            TensorValue.Of(mask.SelectMany(static m => m).ToArray(), Rows.Length, longest),
            TensorValue.Of(places.SelectMany(static p => p).ToArray(), Rows.Length, longest), [.. empty]);
        return (outputs[0], [.. outputs.Skip(1)], mask);
    }

    private static InferenceOutputs Run(
        InferenceModel decoder, TensorValue ids, TensorValue mask, TensorValue positions, TensorValue[] caches)
        => decoder.Run([ids, mask, positions, .. caches]);

    private InferenceModel Load(CausalLanguageModel model)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.onnx");
        DecoderExport.Export(model).Model.Save(path);
        OnnxChecker.Check(path);
        return InferenceModel.Load(path);
    }

    private static CausalLanguageModel Model(string kind)
    {
        random.manual_seed(4);
        var llama = new LlamaOptions
        {
            Vocabulary = 23,
            Width = 16,
            Layers = 2,
            MaxLength = 40,
            RotaryBase = 100,
        };
        CausalLanguageModel model = kind switch
        {
            "llama" => new LlamaModel(llama with { TieWeights = false, QueryKeyValueBias = true }),
            "llama grouped" => new LlamaModel(llama with { KeyValueHeads = 2, QueryKeyNorm = true }),
            "llama window" => new LlamaModel(llama with { KeyValueHeads = 1, SlidingWindow = 3 }),
            "llama partly turning" => new LlamaModel(llama with { RotaryShare = 0.5 }),
            _ => new Gpt(new()
            {
                Vocabulary = 23,
                Decoder = new()
                {
                    Width = 16,
                    Heads = 4,
                    Layers = 2,
                    MaxLength = 40,
                    Positions = Enum.Parse<PositionKind>(kind, ignoreCase: true),
                },
            }),
        };
        // Weights large enough that logits differ.
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters().Where(static p => p.dim() > 1))
        {
            parameter.mul_(20);
        }

        model.eval();
        return model;
    }
}
