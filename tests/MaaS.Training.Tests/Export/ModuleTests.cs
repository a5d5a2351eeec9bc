using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Export;

/// <summary>Layers as modules: with their own parameters, in evaluation mode.</summary>
public class ModuleTests : ExportTests
{
    private static readonly long[] Image = [2, 4, 8, 8];
    private static readonly long[] Series = [2, 4, 9];
    private static readonly long[] Rows = [3, 6];
    private static readonly long[] Volume = [2, 2, 4, 4, 4];

    private sealed class Whole() : Module<Tensor, Tensor>(nameof(Whole))
    {
        public override Tensor forward(Tensor input) => input.abs().clamp(0, 8).to(ScalarType.Int64);
    }

    // TorchSharp leaves the weights of GroupNorm as memory was (TorchSharpFaultTests).
    private static TorchSharp.Modules.GroupNorm Filled(TorchSharp.Modules.GroupNorm norm)
    {
        init.ones_(norm.weight!);
        init.zeros_(norm.bias!);
        return norm;
    }

    private static TestCaseData Row(
        string name, Func<Module<Tensor, Tensor>> make, long[] shape, params string[] operators) =>
        new TestCaseData(make, shape, operators).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Modules =>
    [
        Row("Linear", () => Linear(6, 3), Rows, "Gemm"), Row("Identity", () => Identity(), Rows, "Identity"),
        Row("Flatten", () => Flatten(), Image, "Flatten"),
        Row("Conv1d", () => Conv1d(4, 6, 3, stride: 2), Series, "Conv"),
        Row("Conv2d", () => Conv2d(4, 6, 3, padding: 1), Image, "Conv"),
        Row("Conv2d_depthwise", () => Conv2d(4, 4, 3, groups: 4, bias: false), Image, "Conv"),
        Row("Conv2d_dilated", () => Conv2d(4, 6, 3, dilation: 2), Image, "Conv"),
        Row("Conv2d_reflect", () => Conv2d(4, 6, 3, padding: 1, padding_mode: PaddingModes.Reflect), Image, "Pad", "Conv"),
        Row("Conv2d_circular", () => Conv2d(4, 6, 3, padding: 1, padding_mode: PaddingModes.Circular), Image),
        Row("Conv3d", () => Conv3d(2, 3, 2), [2, 2, 4, 4, 4], "Conv"),
        Row("ConvTranspose1d", () => ConvTranspose1d(4, 3, 3, stride: 2), Series, "ConvTranspose"),
        Row("ConvTranspose2d", () => ConvTranspose2d(4, 3, 3, stride: 2, padding: 1, output_padding: 1), Image, "ConvTranspose"),
        Row("BatchNorm1d", () => BatchNorm1d(6), Rows, "BatchNormalization"),
        Row("BatchNorm2d", () => BatchNorm2d(4), Image, "BatchNormalization"),
        Row("LayerNorm", () => LayerNorm(6), Rows, "LayerNormalization"),
        Row("GroupNorm", () => Filled(GroupNorm(2, 4)), Image),
        Row("InstanceNorm2d", () => InstanceNorm2d(4, affine: true), Image, "InstanceNormalization"),
        Row("LocalResponseNorm", () => LocalResponseNorm(3), Image),
        Row("MaxPool1d", () => MaxPool1d(2), Series, "MaxPool"),
        Row("MaxPool2d", () => MaxPool2d(3, 2, 1), Image, "MaxPool"),
        Row("AvgPool2d", () => AvgPool2d(2), Image, "AveragePool"),
        Row("AdaptiveAvgPool2d", () => AdaptiveAvgPool2d(1), Image, "GlobalAveragePool"),
        Row("AdaptiveMaxPool2d", () => AdaptiveMaxPool2d([4, 4]), Image, "MaxPool"),
        Row("ReLU", () => ReLU(inplace: true), Rows, "Relu"), Row("ReLU6", () => ReLU6(), Rows, "Clip"),
        Row("LeakyReLU", () => LeakyReLU(0.2), Rows, "LeakyRelu"), Row("PReLU", () => PReLU(4), Image, "PRelu"),
        Row("ELU", () => ELU(), Rows, "Elu"), Row("CELU", () => CELU(), Rows), Row("SELU", () => SELU(), Rows, "Selu"),
        Row("GELU", () => GELU(), Rows), Row("SiLU", () => SiLU(), Rows, "Sigmoid", "Mul"),
        Row("Mish", () => Mish(), Rows), Row("Softplus", () => Softplus(), Rows, "Softplus"),
        Row("Softsign", () => Softsign(), Rows), Row("Tanh", () => Tanh(), Rows, "Tanh"),
        Row("Tanhshrink", () => Tanhshrink(), Rows), Row("Hardsigmoid", () => Hardsigmoid(), Rows, "HardSigmoid"),
        Row("Hardswish", () => Hardswish(), Rows, "HardSwish"),
        Row("Hardshrink", () => Hardshrink(), Rows, "Shrink"), Row("Softshrink", () => Softshrink(), Rows, "Shrink"),
        Row("Sigmoid", () => Sigmoid(), Rows, "Sigmoid"), Row("LogSigmoid", () => LogSigmoid(), Rows),
        Row("GLU", () => GLU(), Rows), Row("Softmax", () => Softmax(1), Rows, "Softmax"),
        Row("Softmin", () => Softmin(1), Rows), Row("LogSoftmax", () => LogSoftmax(1), Rows, "LogSoftmax"),
        Row("RReLU", () => RReLU(), Rows, "LeakyRelu"),
        Row("Dropout", () => Sequential(Linear(6, 6), Dropout(0.5), ReLU()), Rows, "Gemm", "Relu"),
        Row("Dropout2d", () => Sequential(Conv2d(4, 4, 1), Dropout2d()), Image, "Conv"),
        Row("Upsample", () => Upsample(scale_factor: [2, 2]), Image, "Resize"),
        Row("PixelShuffle", () => PixelShuffle(2), Image, "DepthToSpace"),
        Row("PixelUnshuffle", () => PixelUnshuffle(2), Image),
        Row("ZeroPad2d", () => ZeroPad2d((1, 2, 0, 1)), Image, "Pad"),
        Row("ConstantPad1d", () => ConstantPad1d((1, 2), 3), Series, "Pad"),
        Row("ReflectionPad2d", () => ReflectionPad2d((1, 2, 0, 1)), Image, "Pad"),
        Row("ReplicationPad2d", () => ReplicationPad2d((1, 2, 0, 1)), Image, "Pad"),
        Row("Unflatten", () => Unflatten(1, [2, 3]), Rows, "Reshape"),
        Row("ConvTranspose3d", () => ConvTranspose3d(2, 3, 2, stride: 2), Volume, "ConvTranspose"),
        Row("BatchNorm3d", () => BatchNorm3d(2), Volume, "BatchNormalization"),
        Row("InstanceNorm1d", () => InstanceNorm1d(4), Series), Row("InstanceNorm3d", () => InstanceNorm3d(2), Volume),
        Row("MaxPool3d", () => MaxPool3d(2), Volume, "MaxPool"),
        Row("AvgPool1d", () => AvgPool1d(3), Series, "AveragePool"),
        Row("AvgPool3d", () => AvgPool3d(2), Volume, "AveragePool"),
        Row("AdaptiveAvgPool1d", () => AdaptiveAvgPool1d(4), Series, "Einsum"),
        Row("AdaptiveAvgPool3d", () => AdaptiveAvgPool3d([2, 2, 2]), Volume, "AveragePool"),
        Row("AdaptiveMaxPool1d", () => AdaptiveMaxPool1d(4), Series, "Gather", "ReduceMax"),
        Row("Embedding", () => Sequential(("whole", new Whole()), ("table", Embedding(9, 4))), Rows),
        Row("Softmax2d", () => Softmax2d(), Image, "Softmax"), Row("Threshold", () => Threshold(0.1, -2), Rows),
        Row("Dropout1d", () => Sequential(Conv1d(4, 4, 1), Dropout1d()), Series, "Conv"),
        Row("Dropout3d", () => Sequential(Conv3d(2, 2, 1), Dropout3d()), Volume, "Conv"),
        Row("AlphaDropout", () => Sequential(Linear(6, 6), AlphaDropout()), Rows, "Gemm"),
        Row("FeatureAlphaDropout", () => Sequential(Conv2d(4, 4, 1), FeatureAlphaDropout()), Image, "Conv"),
        Row("ConstantPad2d", () => ConstantPad2d((1, 2, 0, 1), 3), Image, "Pad"),
        Row("ConstantPad3d", () => ConstantPad3d((1, 2, 0, 1, 2, 0), 3), Volume, "Pad"),
        Row("ReflectionPad1d", () => ReflectionPad1d((1, 2)), Series, "Pad"),
        Row("ReflectionPad3d", () => ReflectionPad3d((1, 2, 0, 1, 2, 0)), Volume, "Pad"),
        Row("ReplicationPad1d", () => ReplicationPad1d((1, 2)), Series, "Pad"),
        Row("ReplicationPad3d", () => ReplicationPad3d((1, 2, 0, 1, 2, 0)), Volume, "Pad"),
        Row("LPPool1d", () => LPPool1d(2, 3), Series), Row("LPPool2d", () => LPPool2d(2, 3), Image),
        Row("ChannelShuffle", () => ChannelShuffle(2), Image), Row("Unfold", () => Unfold(3), Image),
        Row("Fold", () => Fold((5, 6), (2, 2)), [2, 12, 20]),
    ];

    private static TestCaseData Pair(
        string name, Func<Module<Tensor, Tensor, Tensor>> make) => new TestCaseData(make).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> PairModules =>
    [
        Pair("Bilinear", () => Bilinear(6, 6, 3)), Pair("CosineSimilarity", () => CosineSimilarity()),
        Pair("PairwiseDistance", () => PairwiseDistance()),
    ];

    [TestCaseSource(nameof(PairModules))]
    public void Export_ModuleOfTwoInputs_MatchesTorch(Func<Module<Tensor, Tensor, Tensor>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using var module = make();
        Export(module, [randn(Rows), randn(Rows)]);
    }

    [Test]
    public void Export_Transformer_MatchesTorch()
    {
        using var module = Transformer(16, 4, 1, 1, 32);

        // (S, B, E) and (T, B, E).
        Export(module, [randn(6, 2, 16), randn(5, 2, 16)], new()
        {
            DynamicAxes = new() { { "input_0", 1, "batch" }, { "input_1", 1, "batch" } },
        });
    }

    // These hold other modules, or have tests of their own in this folder.
    private static readonly string[] Elsewhere =
    [
        "ModuleDict", "ModuleList", "Sequential", "ParameterDict", "ParameterList", "EmbeddingBag",
        "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "MultiheadAttention",
        "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder", "TransformerDecoderLayer",
        "Transformer",
        // TorchSharp computes something else than their names say, or nothing (TorchSharpFaultTests).
        "Hardtanh", "AdaptiveMaxPool3d",
        // Random windows, and the inverse of a pooling that takes its indices, have no ONNX operator.
        "FractionalMaxPool2d", "FractionalMaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d",
    ];

    [Test]
    public void Modules_OfTorchSharp_AreAllExportedInTests()
    {
        string[] rows = [
            .. Modules.Concat(PairModules).Select(static row => row.ArgDisplayNames![0].Split('_')[0]), .. Elsewhere,
        ];
        // Losses are no part of a network that is exported.
        string[] missing = [.. typeof(TorchSharp.Modules.Linear).Assembly.GetExportedTypes()
            .Where(static type => type is { Namespace: "TorchSharp.Modules", IsAbstract: false, IsGenericType: false }
                && type.IsSubclassOf(typeof(nn.Module)) && !type.Name.EndsWith("Loss", StringComparison.Ordinal))
            .Select(static type => type.Name).Except(rows)];
        Assert.That(missing, Is.Empty);
    }

    [TestCaseSource(nameof(Modules))]
    public void Export_Module_MatchesTorch(Func<Module<Tensor, Tensor>> make, long[] shape, string[] operators)
    {
        ArgumentNullException.ThrowIfNull(make);
        using var scope = NewDisposeScope();
        using var module = make();

        var result = Export(module, [randn(shape)]);

        if (operators.Length > 0)
        {
            Assert.That(Operators(result), Is.EqualTo(operators));
        }
    }
}
