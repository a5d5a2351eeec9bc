using MaaS.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export;

/// <summary>Architectures as users write them, with dynamic batch and sequence axes.</summary>
public class WholeModelTests : ExportTests
{
    private static readonly DynamicAxes BatchAndSequence =
        new() { { "input", 0, "batch" }, { "input", 1, "sequence" } };

    private static OnnxExportOptions Sequences => new() { DynamicAxes = BatchAndSequence };

    private static Tensor Tokens(params long[] shape) => randint(0, 20, shape, dtype: ScalarType.Int64);

    private sealed class Depthwise : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> layers;

        public Depthwise() : base(nameof(Depthwise))
        {
            layers = Sequential(
                Conv2d(3, 8, 3, stride: 2, padding: 1, bias: false), BatchNorm2d(8), ReLU6(),
                Conv2d(8, 8, 3, padding: 1, groups: 8, bias: false), BatchNorm2d(8), ReLU6(),
                Conv2d(8, 16, 1, bias: false), BatchNorm2d(16),
                AdaptiveAvgPool2d(1), Flatten(), Dropout(0.2), Linear(16, 5));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layers.call(input);
    }

    private sealed class UNet : Module<Tensor, Tensor>
    {
        private readonly Conv2d down = Conv2d(1, 4, 3, padding: 1);
        private readonly Conv2d middle = Conv2d(4, 8, 3, padding: 1);
        private readonly ConvTranspose2d up = ConvTranspose2d(8, 4, 2, stride: 2);
        private readonly Conv2d head = Conv2d(8, 2, 1);

        public UNet() : base(nameof(UNet)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var skip = F.relu(down.call(input));                          // (B, 4, H, W)
            var deep = F.relu(middle.call(F.max_pool2d(skip, 2)));        // (B, 8, H/2, W/2)
            return head.call(cat([skip, up.call(deep)], 1));              // (B, 2, H, W)
        }
    }

    private sealed class LstmClassifier : Module<Tensor, Tensor>
    {
        private readonly Embedding embedding = Embedding(20, 6);
        private readonly LSTM lstm;
        private readonly Linear head = Linear(10, 3);

        public LstmClassifier(long layers = 2, bool bidirectional = true) : base(nameof(LstmClassifier))
        {
            lstm = LSTM(6, bidirectional ? 5 : 10, numLayers: layers, batchFirst: true, bidirectional: bidirectional);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (y, _, _) = lstm.call(embedding.call(input));   // (B, T, 10)
            return head.call(y.mean([1]));                      // (B, 3)
        }
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1 = LayerNorm(8);
        private readonly Linear qkv = Linear(8, 24);
        private readonly Linear projection = Linear(8, 8);
        private readonly LayerNorm norm2 = LayerNorm(8);
        private readonly Linear up = Linear(8, 32);
        private readonly Linear down = Linear(32, 8);
        private readonly bool causal;

        public Block(bool causal) : base(nameof(Block))
        {
            this.causal = causal;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            long b = input.shape[0], t = input.shape[1];
            var parts = qkv.call(norm1.call(input)).view(b, t, 3, 2, 4).permute(2, 0, 3, 1, 4);   // (3, B, H, T, D)
            var y = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: causal);
            var x = input + projection.call(y.transpose(1, 2).contiguous().view(b, t, 8));
            return x + down.call(F.gelu(up.call(norm2.call(x))));
        }
    }

    private sealed class Transformer : Module<Tensor, Tensor>
    {
        private readonly Embedding tokens = Embedding(20, 8);
        private readonly Embedding positions = Embedding(32, 8);
        private readonly Module<Tensor, Tensor> blocks;
        private readonly Linear head = Linear(8, 20, hasBias: false);

        public Transformer(bool causal) : base(nameof(Transformer))
        {
            blocks = Sequential(new Block(causal), new Block(causal));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var position = arange(input.shape[1], device: input.device);
            return head.call(blocks.call(tokens.call(input) + positions.call(position)));   // (B, T, 20)
        }
    }

    private sealed class EncoderDecoder : Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding embedding = Embedding(20, 6);
        private readonly GRU encoder = GRU(6, 6, batchFirst: true);
        private readonly GRU decoder = GRU(6, 6, batchFirst: true);
        private readonly Linear head = Linear(12, 20);

        public EncoderDecoder() : base(nameof(EncoderDecoder)) => RegisterComponents();

        public override Tensor forward(Tensor source, Tensor target)
        {
            var (memory, state) = encoder.call(embedding.call(source));                          // (B, S, 6)
            var (y, _) = decoder.call(embedding.call(target), state);                            // (B, T, 6)
            var attended = F.softmax(y.matmul(memory.transpose(1, 2)), -1).matmul(memory);       // (B, T, 6)
            return head.call(cat([y, attended], -1));                                            // (B, T, 20)
        }
    }

    [Test]
    public void Export_DepthwiseNetwork_FoldsNormsAndClips()
    {
        using var model = new Depthwise();
        var result = Export(model, [randn(2, 3, 12, 12)]);
        Assert.That(Operators(result), Is.EqualTo(
            new[] { "Conv", "Clip", "Conv", "Clip", "Conv", "GlobalAveragePool", "Flatten", "Gemm" }));
        Assert.That(result.Model.Graph.Node, Has.Count.LessThan(PyTorchNodes["depthwise"]));
    }

    [Test]
    public void Export_UNet_KeepsImageSizesDynamic()
    {
        using var model = new UNet();
        var options = new OnnxExportOptions
        {
            DynamicAxes = new() { { "input", 0, "batch" }, { "input", 2, "height" }, { "input", 3, "width" } },
        };
        var result = Export(model, [randn(2, 1, 8, 12)], options);
        // Eight layers, eight nodes: there is nothing left to save.
        Assert.That(result.Model.Graph.Node, Has.Count.EqualTo(PyTorchNodes["unet"]));
    }

    [Test]
    public void Export_LstmClassifier_HandlesLayersAndDirections(
        [Values(1, 2)] long layers, [Values] bool bidirectional)
    {
        using var model = new LstmClassifier(layers, bidirectional);
        var result = Export(model, [Tokens(2, 7)], Sequences);
        Assert.That(Operators(result).Count(static op => op == "LSTM"), Is.EqualTo(layers));
        Assert.That(Operators(result), Does.Not.Contain("Shape"));
        Assert.That(result.Model.Graph.Node, Has.Count.LessThan(PyTorchNodes["lstm"]));
    }

    [Test]
    public void Export_Transformer_NeedsNoShapeSubgraphs([Values] bool causal)
    {
        using var model = new Transformer(causal);
        var result = Export(model, [Tokens(2, 7)], Sequences);
        Assert.That(Operators(result).Count(static op => op == "LayerNormalization"), Is.EqualTo(4));
        // One for the positions' range; the causal mask shares it.
        Assert.That(Operators(result).Count(static op => op == "Shape"), Is.LessThanOrEqualTo(1));
        Assert.That(
            result.Model.Graph.Node, Has.Count.LessThan(PyTorchNodes[causal ? "causal_transformer" : "transformer"]));
    }

    [Test]
    public void Export_EncoderDecoder_TakesTwoSequences()
    {
        using var model = new EncoderDecoder();
        var options = new OnnxExportOptions
        {
            InputNames = ["source", "target"],
            OutputNames = ["logits"],
            DynamicAxes = new()
            {
                { "source", 0, "batch" }, { "source", 1, "source_length" }, { "target", 0, "batch" },
                { "target", 1, "target_length" },
            },
        };
        var result = Export(model, [Tokens(2, 5), Tokens(2, 4)], options);
        Assert.That(result.Model.Outputs[0].Name, Is.EqualTo("logits"));
        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(9));
    }

    [Test]
    public void Export_TransformerEncoder_OfTheLibrary()
    {
        using var model = TransformerEncoder(TransformerEncoderLayer(8, 2, 16, 0.1), 2);
        var options = new OnnxExportOptions
        {
            DynamicAxes = new() { { "input", 0, "sequence" }, { "input", 1, "batch" } },
        };
        Export(model, [randn(5, 2, 8)], options);
    }

    [Test]
    public void Export_TransformerDecoder_OfTheLibrary()
    {
        using var model = TransformerDecoder(TransformerDecoderLayer(8, 2, 16, 0.1), 2);
        var options = new OnnxExportOptions
        {
            DynamicAxes = new() { { "input_0", 0, "target" }, { "input_0", 1, "batch" }, { "input_1", 0, "source" }, { "input_1", 1, "batch" } },
        };
        Check(OnnxExporter.Export(model, x => model.call(x[0], x[1]), [randn(5, 2, 8), randn(4, 2, 8)], options));
    }

    [Test]
    public void Export_MultiheadAttention_ReturnsOutputAndWeights()
    {
        using var model = MultiheadAttention(8, 2);
        var options = new OnnxExportOptions
        {
            DynamicAxes = new() { { "input", 0, "sequence" }, { "input", 1, "batch" } },
        };
        Check(OnnxExporter.Export(model, x => model.call(x[0], x[0], x[0]), [randn(5, 2, 8)], options));
    }
}
