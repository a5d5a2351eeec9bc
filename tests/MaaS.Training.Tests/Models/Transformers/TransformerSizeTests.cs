using MaaS.Onnx;
using MaaS.Onnx.Costs;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

/// <summary>The size calculator against real models, the cost model on their graphs, and PyTorch's saved
/// tensors.</summary>
public sealed class TransformerSizeTests
{
    private static readonly TransformerOptions Sizes = new()
    {
        Width = 24,
        Heads = 3,
        Layers = 2,
        FeedForward = 40,
        MaxLength = 32,
    };

    internal sealed record Activations(
        long Batch, long Target, long Source, long Width, long Heads, long Hidden, double Dropout, bool Cross,
        long Bytes);

    [Test]
    public void Of_Classifier_IsWhatTheModelAndItsGraphHave([Values] PositionKind positions, [Values] bool preNorm)
    {
        using var scope = NewDisposeScope();
        var options = new TransformerClassifierOptions
        {
            Vocabulary = 30,
            Classes = 3,
            Encoder = Sizes with { PreNorm = preNorm, Positions = positions },
        };
        using var model = new TransformerClassifier(options);
        Check(model, TransformerSize.Of(options, 2, 7), Tokens(2, 7), Tokens(2, 7));
    }

    [Test]
    public void Of_Seq2Seq_IsWhatTheModelAndItsGraphHave()
    {
        using var scope = NewDisposeScope();
        var options = new Seq2SeqOptions { SourceVocabulary = 30, TargetVocabulary = 26, Layers = Sizes };
        using var model = new Seq2SeqTransformer(options);
        Check(model, TransformerSize.Of(options, 2, 7, 5), Tokens(2, 7), Tokens(2, 7), Tokens(2, 5));
    }

    [Test]
    public void Of_Gpt_IsWhatTheModelAndItsGraphHave([Values] bool tied)
    {
        using var scope = NewDisposeScope();
        var options = new GptOptions { Vocabulary = 30, Decoder = Sizes, TieWeights = tied };
        using var model = new Gpt(options);
        Check(model, TransformerSize.Of(options, 2, 7), Tokens(2, 7));
    }

    [Test]
    public void Of_VisionTransformer_IsWhatTheModelAndItsGraphHave()
    {
        using var scope = NewDisposeScope();
        var options = new ImageEncoderOptions { Channels = 3, Height = 8, Width = 12, Patch = 4, Encoder = Sizes };
        using var model = new VisionTransformer(options, 5);
        Check(model, TransformerSize.Of(options, 5, 2), randn(2, 3, 8, 12));
    }

    [Test]
    public void Of_ImageText_IsWhatTheModelAndItsGraphHave()
    {
        using var scope = NewDisposeScope();
        var options = new ImageTextOptions
        {
            Vocabulary = 30,
            Shared = 16,
            Text = Sizes,
            Image = new() { Height = 8, Width = 8, Encoder = Sizes with { Width = 12 } },
        };
        using var model = new ImageTextModel(options);
        Check(model, TransformerSize.Of(options, 3, 6), randn(3, 1, 8, 8), Tokens(3, 6), Tokens(3, 6));
    }

    [Test]
    public void Of_Bert_IsWhatTheModelAndItsGraphHave()
    {
        using var scope = NewDisposeScope();
        var config = new BertConfig
        {
            VocabSize = 30,
            HiddenSize = 24,
            NumHiddenLayers = 2,
            NumAttentionHeads = 3,
            IntermediateSize = 40,
        };
        using var model = new BertClassifier(config);
        var size = TransformerSize.Of(config, 2, 7);
        Check(
            model, size with { Parameters = size.Parameters + 50, Macs = size.Macs + (2 * 24 * 2) }, Tokens(2, 7),
            Tokens(2, 7));
    }

    [Test]
    public void Of_PublishedModels_HaveThePublishedParameters()
    {
        // Devlin et al. 2019, section 3: 110 and 340 million; the published checkpoints have, without heads,
        Assert.That(TransformerSize.Of(new BertConfig(), 1, 128).Parameters, Is.EqualTo(109_482_240));
        var large = new BertConfig
        {
            HiddenSize = 1024,
            NumHiddenLayers = 24,
            NumAttentionHeads = 16,
            IntermediateSize = 4096,
        };
        Assert.That(TransformerSize.Of(large, 1, 128).Parameters, Is.EqualTo(335_141_888));
        // Radford et al. 2019, table 2, corrected in its published checkpoint: 124 million.
        var gpt = new GptOptions
        {
            Vocabulary = 50257,
            Decoder = new() { Width = 768, Layers = 12, Heads = 12, MaxLength = 1024 },
        };
        Assert.That(TransformerSize.Of(gpt, 1, 128).Parameters, Is.EqualTo(124_439_808));
    }

    [Test]
    public void ActivationBytes_OfALayer_AreWhatPyTorchSaves()
    {
        foreach (var test in TransformerFixture.Read<Activations[]>("activations.json"))
        {
            var options = new TransformerOptions
            {
                Width = test.Width,
                Heads = test.Heads,
                FeedForward = test.Hidden,
                Dropout = test.Dropout,
                Layers = 1,
            };
            var size = test.Cross
                ? SizeParts.Decoder(options, test.Batch, test.Source, test.Target)
                : SizeParts.Encoder(options, test.Batch, test.Target);
            // Layer norm also keeps a mean and a deviation for each position.
            Assert.That(test.Bytes / (double)size.ActivationBytes, Is.InRange(1, 1.007), test.ToString());
        }
    }

    [Test]
    public void TrainingBytes_AreWeightsGradientsMomentsAndActivations()
        => Assert.That(
            new TransformerSize(10, 0, 7),
            Has.Property("WeightBytes").EqualTo(40).And.Property("TrainingBytes").EqualTo(167));

    private static void Check(nn.Module model, TransformerSize size, params Tensor[] inputs)
    {
        Assert.That(size.Parameters, Is.EqualTo(model.parameters().Sum(static p => p.numel())));
        var graph = OnnxExporter.Export(model, inputs, new OnnxExportOptions { DynamicAxes = [], CheckParity = false })
            .Model;
        var cost = CostModel.Compute(graph);
        Assert.That(cost.IsComplete, Is.True);
        Assert.That(cost.Macs, Is.EqualTo((SizePolynomial)size.Macs));
    }

    private static Tensor Tokens(long batch, long length) => ones(batch, length, ScalarType.Int64);
}
