using System.Runtime.InteropServices;
using MaaS.Onnx;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Tests.Export;
using MaaS.Training.Tracing;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

/// <summary>One export of each Transformer at batch 1, 3, 8 and sequence 5, 64, 256.</summary>
public sealed class TransformerExportTests : ExportTests
{
    private static readonly TransformerOptions Small = new() { Width = 32, Heads = 4, Layers = 2, MaxLength = 256 };

    // Nodes of PyTorch's own exporter for the same architectures: Fixtures/make_transformer_nodes.py.
    private static readonly Dictionary<string, int> Nodes = TransformerFixture.Read<Dictionary<string, int>>(
        "transformer_nodes.json");

    private static readonly OnnxExportOptions Texts = new()
    {
        InputNames = ["input_ids", "attention_mask"],
        OutputNames = ["logits"],
        DynamicAxes = Axes("input_ids", "attention_mask"),
    };

    [Test]
    public void Export_Classifier_RunsAtEverySize([Values] PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = new TransformerClassifier(
            new() { Vocabulary = 30, Encoder = Small with { Positions = positions } });
        var result = Export(model, [Tokens(2, 7), Mask(2, 7)], Texts);
        CheckEverySize(model, result, static (batch, length) => [Tokens(batch, length), Padded(batch, length)]);
        Assert.That(Operators(result).Count(), Is.LessThan(Nodes["classifier"] / 2));
    }

    [Test]
    public void Export_Bert_RunsAtEverySize([Values] bool segments)
    {
        using var scope = NewDisposeScope();
        var config = new BertConfig
        {
            VocabSize = 30,
            HiddenSize = 32,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            IntermediateSize = 64,
        };
        using var model = new BertClassifier(config);
        if (!segments)
        {
            var single = Export(model, [Tokens(2, 7), Mask(2, 7)], Texts);
            CheckEverySize(model, single, static (batch, length) => [Tokens(batch, length), Padded(batch, length)]);
            return;
        }

        var options = new OnnxExportOptions
        {
            InputNames = ["input_ids", "attention_mask", "token_type_ids"],
            DynamicAxes = Axes("input_ids", "attention_mask", "token_type_ids"),
        };
        var pairs = OnnxExporter.Export(
            model, x => model.call(x[0], x[1], x[2]), [Tokens(2, 7), Mask(2, 7), Mask(2, 7)], options);
        Check(pairs);
        CheckEverySize(
            model, pairs,
            static (batch, length) =>
                [Tokens(batch, length), Padded(batch, length), randint(0, 2, [batch, length], ScalarType.Int64)],
            x => model.call(x[0], x[1], x[2]));
    }

    [Test]
    public void Export_MaskedLanguage_RunsAtEverySize()
    {
        using var scope = NewDisposeScope();
        using var model = new BertMaskedLanguage(
            new BertConfig { VocabSize = 30, HiddenSize = 32, NumHiddenLayers = 1, NumAttentionHeads =
                4, IntermediateSize = 64 });
        var result = Export(model, [Tokens(2, 7), Mask(2, 7)], Texts);
        CheckEverySize(model, result, static (batch, length) => [Tokens(batch, length), Padded(batch, length)]);
    }

    [Test]
    public void Export_Seq2Seq_RunsAtEverySize([Values] PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = new Seq2SeqTransformer(new()
        {
            SourceVocabulary = 30,
            TargetVocabulary = 30,
            Layers = Small with { Positions = positions },
        });
        var options = new OnnxExportOptions
        {
            InputNames = ["source_ids", "source_mask", "target_ids"],
            OutputNames = ["logits"],
            DynamicAxes = new()
            {
                { "source_ids", 0, "batch" }, { "source_ids", 1, "source_length" }, { "source_mask", 0, "batch" },
                { "source_mask", 1, "source_length" }, { "target_ids", 0, "batch" },
                { "target_ids", 1, "target_length" },
            },
        };
        var result = Export(model, [Tokens(2, 7), Mask(2, 7), Tokens(2, 5)], options);
        CheckEverySize(
            model, result,
            static (batch, length) => [Tokens(batch, length), Padded(batch, length), Tokens(batch, (length + 3) / 2)],
            x => model.call(x[0], x[1], x[2]));
        Assert.That(Operators(result).Count(), Is.LessThan(Nodes["seq2seq"] / 2));
    }

    [Test]
    public void Export_ImageText_TakesAnyNumberOfImagesAndTexts()
    {
        using var scope = NewDisposeScope();
        using var model = new ImageTextModel(new()
        {
            Vocabulary = 30,
            Shared = 16,
            Text = Small,
            Image = new() { Patch = 7, Encoder = Small },
        });
        var options = new OnnxExportOptions
        {
            InputNames = ["images", "input_ids", "attention_mask"],
            DynamicAxes = new()
            {
                { "images", 0, "images" }, { "input_ids", 0, "texts" }, { "input_ids", 1, "length" },
                { "attention_mask", 0, "texts" }, { "attention_mask", 1, "length" },
            },
        };
        var result = Export(model, [randn(2, 1, 28, 28), Tokens(3, 7), Mask(3, 7)], options);
        CheckEverySize(
            model, result,
            static (batch, length) => [randn(2, 1, 28, 28), Tokens(batch, length), Padded(batch, length)],
            x => model.call(x[0], x[1], x[2]));
    }

    [Test]
    public void Export_VisionTransformer_RunsAtEveryBatch()
    {
        using var scope = NewDisposeScope();
        using var model = new VisionTransformer(new() { Patch = 7, Encoder = Small });
        var result = Export(model, [randn(2, 1, 28, 28)]);
        CheckEverySize(model, result, static (batch, _) => [randn(batch, 1, 28, 28)], x => model.call(x[0]));
    }

    [Test]
    public void Export_Classifier_IsFusedByOnnxRuntime()
    {
        using var model = new TransformerClassifier(new() { Vocabulary = 30, Encoder = Small });
        var left = OptimizedOperators(Export(model, [Tokens(2, 7), Mask(2, 7)], Texts).Model);
        // The GELUs with the bias before them, the scaling and the transposing of the keys.
        Assert.That(left.Count(static op => op == "BiasGelu"), Is.EqualTo(2));
        Assert.That(left.Count(static op => op == "FusedMatMul"), Is.EqualTo(2));
        Assert.That(left.Count(static op => op is "LayerNormalization" or "SkipLayerNormalization"), Is.EqualTo(5));
        Assert.That(left, Has.None.AnyOf("Erf", "Pow", "Sqrt", "Constant"));
    }

    // The operators that are left when ONNX Runtime has optimised a model for this processor, in order.
    private static List<string> OptimizedOperators(OnnxModel model)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            using var options = new SessionOptions
            {
                OptimizedModelFilePath = path,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            new InferenceSession(model.ToByteArray(), options).Dispose();
            return [.. OnnxModel.Load(path).Graph.Node.Select(static node => node.OpType)];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void CheckEverySize(
        nn.Module model, OnnxExportResult result, Func<long, long, Tensor[]> inputs, Func<Tensor[], Tensor>? run = null)
    {
        model.eval();
        run ??= x => ((nn.Module<Tensor, Tensor, Tensor>)model).call(x[0], x[1]);
        using var session = new OnnxRunner(result.Model);
        using var noGrad = no_grad();
        foreach (var batch in new long[] { 1, 3, 8 })
        {
            foreach (var length in new long[] { 5, 64, 256 })
            {
                using var scope = NewDisposeScope();
                var feeds = inputs(batch, length);
                var expected = run(feeds);
                var actual = session.Run(
                    [.. feeds.Select((x, i) => TorchTensorReader.Read(x, result.Model.Inputs[i].Name))])[0];
                Assert.That(
                    MemoryMarshal.Cast<byte, float>(actual.Bytes().Span).ToArray(),
                    Is.EqualTo(expected.contiguous().data<float>().ToArray()).Within(1e-5),
                    $"batch {batch}, length {length}");
            }
        }
    }

    private static DynamicAxes Axes(params string[] inputs)
    {
        var axes = new DynamicAxes();
        foreach (var input in inputs)
        {
            axes.Add(input, 0, "batch");
            axes.Add(input, 1, "sequence");
        }

        return axes;
    }

    private static Tensor Tokens(long batch, long length) => randint(0, 30, [batch, length], ScalarType.Int64);

    private static Tensor Mask(long batch, long length) => ones(batch, length, ScalarType.Int64);

    // Row i has i tokens fewer; the last of 8 rows of 5 have none.
    private static Tensor Padded(long batch, long length)
        => arange(length).unsqueeze(0).lt(length - arange(batch).unsqueeze(1)).to(ScalarType.Int64);
}
