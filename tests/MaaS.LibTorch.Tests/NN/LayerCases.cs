using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.LibTorch.Tests.NN;

/// <summary>The cases of make_layers.py in C#: how the module is made and, where it takes more than one tensor, called.</summary>
internal static class LayerCases
{
    public static readonly IReadOnlyDictionary<string, (Func<nn.Module?> make, Func<nn.Module?, Tensor[], Tensor[]> call)> All = Build();

    private static Dictionary<string, (Func<nn.Module?>, Func<nn.Module?, Tensor[], Tensor[]>)> Build()
    {
        var cases = new Dictionary<string, (Func<nn.Module?>, Func<nn.Module?, Tensor[], Tensor[]>)>();
        void One(string name, Func<nn.Module<Tensor, Tensor>> make) => cases.Add(name, (make, static (m, x) => [((nn.Module<Tensor, Tensor>)m!).call(x[0])]));
        void Two(string name, Func<nn.Module<Tensor, Tensor, Tensor>> make) =>
            cases.Add(name, (make, static (m, x) => [((nn.Module<Tensor, Tensor, Tensor>)m!).call(x[0], x.ElementAtOrDefault(1)!)]));
        void Call<T>(string name, Func<T> make, Func<T, Tensor[], Tensor[]> call) where T : nn.Module => cases.Add(name, (make, (m, x) => call((T)m!, x)));

        One("Linear", () => Linear(4, 3));
        One("Linear_without_bias", () => Linear(4, 3, hasBias: false));
        Two("Bilinear", () => Bilinear(4, 3, 2));
        One("Identity", Identity);
        One("Flatten", () => Flatten());
        One("Unflatten", () => Unflatten(1, [2, 2]));
        One("Embedding", () => Embedding(5, 3, padding_idx: 1));
        One("Embedding_with_max_norm", () => Embedding(5, 3, max_norm: 1.0, scale_grad_by_freq: true));
        One("Embedding_sparse", () => Embedding(5, 3, sparse: true));
        Call("EmbeddingBag_sum", () => EmbeddingBag(5, 3, mode: EmbeddingBagMode.Sum), (m, x) => [m.call(x[0])]);
        Call("EmbeddingBag_mean", () => EmbeddingBag(5, 3), (m, x) => [m.call(x[0], x[1])]);
        Call("EmbeddingBag_max", () => EmbeddingBag(5, 3, mode: EmbeddingBagMode.Max), (m, x) => [m.call(x[0], x[1])]);
        Two("CosineSimilarity", () => CosineSimilarity());
        Two("PairwiseDistance", () => PairwiseDistance());

        One("Conv1d", () => Conv1d(4, 6, 3, stride: 2, padding: 1, groups: 2));
        One("Conv1d_same", () => Conv1d(4, 3, 4, Padding.Same, dilation: 2));
        One("Conv1d_unbatched", () => Conv1d(4, 3, 3));
        One("Conv2d", () => Conv2d(4, 3, 3));
        One("Conv2d_tuples", () => Conv2d(4, 4, (3, 2), stride: (2, 1), padding: (1, 2), dilation: (1, 2), groups: 4, bias: false));
        One("Conv2d_valid", () => Conv2d(4, 2, 3, Padding.Valid));
        One("Conv2d_same", () => Conv2d(4, 2, 3, Padding.Same));
        One("Conv2d_reflect", () => Conv2d(4, 2, (3, 3), padding: (1, 2), padding_mode: PaddingModes.Reflect));
        One("Conv2d_replicate", () => Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Replicate));
        One("Conv2d_circular", () => Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Circular));
        One("Conv2d_circular_same", () => Conv2d(4, 2, (2, 3), Padding.Same, padding_mode: PaddingModes.Circular));
        One("Conv3d", () => Conv3d(2, 3, 2, stride: 2, padding: 1));
        One("ConvTranspose1d", () => ConvTranspose1d(4, 3, 3, stride: 2, padding: 1, output_padding: 1));
        One("ConvTranspose2d", () => ConvTranspose2d(4, 2, (3, 2), stride: (2, 1), padding: (1, 0), output_padding: (1, 0)));
        Call("ConvTranspose2d_output_size", () => ConvTranspose2d(4, 2, 3, stride: 2, padding: 1), (m, x) => [m.forward(x[0], [12, 10])]);
        One("ConvTranspose3d", () => ConvTranspose3d(2, 2, 2, stride: 2));

        One("BatchNorm1d_train", () => BatchNorm1d(4));
        One("BatchNorm1d_eval", () => BatchNorm1d(4));
        One("BatchNorm2d_train", () => BatchNorm2d(4, momentum: 0.3));
        One("BatchNorm2d_no_stats", () => BatchNorm2d(4, track_running_stats: false));
        One("BatchNorm2d_not_affine", () => BatchNorm2d(4, affine: false));
        One("BatchNorm3d_train", () => BatchNorm3d(2));
        One("InstanceNorm1d", () => InstanceNorm1d(4, affine: true));
        One("InstanceNorm2d_stats", () => InstanceNorm2d(4, affine: true, track_running_stats: true));
        One("InstanceNorm2d_unbatched", () => InstanceNorm2d(4));
        One("InstanceNorm3d", () => InstanceNorm3d(2));
        One("LayerNorm", () => LayerNorm(6));
        One("LayerNorm_two_dimensions", () => LayerNorm([6, 5], eps: 1e-3));
        One("GroupNorm", () => GroupNorm(2, 4));
        One("LocalResponseNorm", () => LocalResponseNorm(3, alpha: 0.1, beta: 0.6, k: 1.5));

        One("MaxPool1d", () => MaxPool1d(2, stride: 1, padding: 1, dilation: 2));
        One("MaxPool2d", () => MaxPool2d(2));
        One("MaxPool2d_tuples", () => MaxPool2d((3, 2), stride: (2, 1), padding: (1, 0), ceil_mode: true));
        One("MaxPool3d", () => MaxPool3d(2));
        One("AvgPool1d", () => AvgPool1d(3, stride: 2, padding: 1));
        One("AvgPool2d", () => AvgPool2d(2, padding: 1, count_include_pad: false));
        One("AvgPool2d_divisor", () => AvgPool2d((2, 3), stride: (1, 2), divisor_override: 4));
        One("AvgPool3d", () => AvgPool3d(2));
        One("AdaptiveAvgPool1d", () => AdaptiveAvgPool1d(4));
        One("AdaptiveAvgPool2d", () => AdaptiveAvgPool2d((3, 2)));
        One("AdaptiveAvgPool3d", () => AdaptiveAvgPool3d(2));
        One("AdaptiveMaxPool1d", () => AdaptiveMaxPool1d(4));
        One("AdaptiveMaxPool2d", () => AdaptiveMaxPool2d([3, 2]));
        One("AdaptiveMaxPool3d", () => AdaptiveMaxPool3d([2, 2, 2]));

        One("ZeroPad2d", () => ZeroPad2d((1, 2, 0, 1)));
        One("ConstantPad1d", () => ConstantPad1d((1, 2), 3.5));
        One("ConstantPad2d", () => ConstantPad2d(1, 3.5));
        One("ConstantPad3d", () => ConstantPad3d(1, 3.5));
        One("ReflectionPad1d", () => ReflectionPad1d((2, 1)));
        One("ReflectionPad2d", () => ReflectionPad2d((1, 2, 0, 1)));
        One("ReflectionPad3d", () => ReflectionPad3d(1));
        One("ReplicationPad1d", () => ReplicationPad1d(2));
        One("ReplicationPad2d", () => ReplicationPad2d((1, 2, 0, 1)));
        One("ReplicationPad3d", () => ReplicationPad3d(1));

        One("ReLU", () => ReLU());
        One("ReLU6", () => ReLU6());
        One("ELU", () => ELU(0.7));
        One("CELU", () => CELU(0.7));
        One("SELU", () => SELU());
        One("GELU", GELU);
        One("GELU_tanh", () => GELU(TorchSharp.Modules.GELU.Approximate.tanh));
        One("SiLU", SiLU);
        One("Mish", Mish);
        One("Softplus", () => Softplus(2, 1.5));
        One("Sigmoid", Sigmoid);
        One("Tanh", () => Tanh());
        One("LogSigmoid", LogSigmoid);
        One("Softsign", Softsign);
        One("Hardsigmoid", () => Hardsigmoid());
        One("Hardswish", () => Hardswish());
        One("Hardtanh", () => Hardtanh(-0.6, 0.9));
        One("LeakyReLU", () => LeakyReLU(0.2));
        One("PReLU", () => PReLU(4, 0.3));
        One("Threshold", () => Threshold(0.4, -2.0));
        One("Hardshrink", () => Hardshrink());
        One("Softshrink", () => Softshrink(0.3));
        One("Tanhshrink", () => Tanhshrink());
        One("Softmax", () => Softmax(1));
        One("LogSoftmax", () => LogSoftmax(2));
        One("Softmin", () => Softmin(1));
        One("GLU", () => GLU(1));
        One("Softmax2d", Softmax2d);
        One("RReLU_train", () => RReLU());
        One("RReLU_eval", () => RReLU());

        One("Dropout_train", () => Dropout(0.4));
        One("Dropout_eval", () => Dropout(0.4));
        One("Dropout1d_train", () => Dropout1d(0.4));
        One("Dropout2d_train", () => Dropout2d(0.4));
        One("Dropout3d_train", () => Dropout3d(0.4));
        One("AlphaDropout_train", () => AlphaDropout(0.4));
        One("FeatureAlphaDropout_train", () => FeatureAlphaDropout(0.4));

        One("Upsample_nearest", () => Upsample(scale_factor: [2.0]));
        One("Upsample_bilinear", () => Upsample(size: [9, 4], mode: UpsampleMode.Bilinear, align_corners: true));
        One("Upsample_bicubic", () => Upsample(scale_factor: [1.5, 2.0], mode: UpsampleMode.Bicubic));
        One("Upsample_linear", () => Upsample(size: [9], mode: UpsampleMode.Linear));
        One("Upsample_trilinear", () => Upsample(scale_factor: [1.5], mode: UpsampleMode.Trilinear));
        One("PixelShuffle", () => PixelShuffle(2));
        One("PixelUnshuffle", () => PixelUnshuffle(2));
        Call("ChannelShuffle", () => ChannelShuffle(2), (m, x) => [m.call(x[0].detach())]);
        One("Unfold", () => Unfold((2, 3), dilation: (1, 1), padding: (1, 0), stride: (2, 1)));
        One("Fold", () => Fold((4, 5), (2, 2), padding: (1, 1), stride: (2, 1)));

        Call("RNN", () => RNN(4, 6), (m, x) => Pair(m.call(x[0])));
        Call("RNN_relu_deep", () => RNN(4, 6, 2, NonLinearities.ReLU, batchFirst: true), (m, x) => Pair(m.call(x[0], x[1])));
        Call("LSTM", () => LSTM(4, 6), (m, x) => Triple(m.call(x[0])));
        Call("LSTM_bidirectional_deep", () => LSTM(4, 3, 2, bidirectional: true, batchFirst: true), (m, x) => Triple(m.call(x[0])));
        Call("LSTM_dropout_train", () => LSTM(4, 3, 2, dropout: 0.5), (m, x) => Triple(m.call(x[0])));
        Call("LSTM_with_state", () => LSTM(4, 6, bias: false), (m, x) => Triple(m.call(x[0], (x[1], x[2]))));
        Call("GRU", () => GRU(4, 6), (m, x) => Pair(m.call(x[0])));
        Call("GRU_bidirectional", () => GRU(4, 6, bidirectional: true), (m, x) => Pair(m.call(x[0], x[1])));
        Two("RNNCell", () => RNNCell(4, 6));
        Two("RNNCell_relu", () => RNNCell(4, 6, NonLinearities.ReLU));
        Call("LSTMCell", () => LSTMCell(4, 6), (m, x) => Pair(m.call(x[0], (x[1], x[2]))));
        Two("GRUCell", () => GRUCell(4, 6));
        Call("RNN_packed", () => RNN(4, 6), (m, x) => Packed(x, pack => m.call(pack) is var (o, h) ? (o, [h]) : default));
        Call("GRU_packed", () => GRU(4, 6, bidirectional: true), (m, x) => Packed(x, pack => m.call(pack) is var (o, h) ? (o, [h]) : default));
        Call("LSTM_packed", () => LSTM(4, 6, 2), (m, x) => Packed(x, pack => m.call(pack) is var (o, h, c) ? (o, [h, c]) : default));
        cases.Add("pad_sequence", (() => null, (_, x) => [nn.utils.rnn.pad_sequence(x, padding_value: 0.5)]));

        Call("MultiheadAttention", () => MultiheadAttention(8, 2), (m, x) => Pair(m.call(x[0], x[1], x[2])));
        Call("MultiheadAttention_masks", () => MultiheadAttention(8, 2), (m, x) =>
            Pair(m.call(x[0], x[1], x[2], x[3].to(ScalarType.Bool), attn_mask: Causal(3, 5, 3))));
        Call("MultiheadAttention_sizes", () => MultiheadAttention(8, 4, kdim: 3, vdim: 6, add_bias_kv: true, add_zero_attn: true), (m, x) =>
            Pair(m.call(x[0], x[1], x[2], x[3].to(ScalarType.Bool), attn_mask: Wave(3, 5))));
        Call("MultiheadAttention_without_bias_train", () => MultiheadAttention(8, 2, dropout: 0.3, bias: false), (m, x) => Pair(m.call(x[0], x[1], x[2])));
        One("TransformerEncoderLayer", () => TransformerEncoderLayer(8, 2, 6, 0.0));
        Call("TransformerEncoderLayer_gelu", () => TransformerEncoderLayer(8, 2, 6, 0.0, Activations.GELU), (m, x) =>
            [m.call(x[0], Causal(3, 3, 1), tensor(new[] { false, false, true, false, false, false }, [2L, 3L]))]);
        Call("TransformerEncoder", () => TransformerEncoder(TransformerEncoderLayer(8, 2, 6, 0.0), 2), (m, x) => [m.call(x[0])]);
        Call("TransformerDecoderLayer", () => TransformerDecoderLayer(8, 2, 6, 0.0), (m, x) => [m.call(x[0], x[1])]);
        Call("TransformerDecoder", () => TransformerDecoder(TransformerDecoderLayer(8, 2, 6, 0.0), 2), (m, x) => [m.call(x[0], x[1], Causal(3, 3, 1))]);
        One("Sequential", () => Sequential(Conv2d(4, 3, 3), BatchNorm2d(3), ReLU(), MaxPool2d(2), Flatten(), Linear(6, 2)));
        return cases;
    }

    private static Tensor[] Pair((Tensor, Tensor) results) => [results.Item1, results.Item2];

    private static Tensor[] Pair(Tuple<Tensor, Tensor> results) => [results.Item1, results.Item2];

    private static Tensor[] Triple((Tensor, Tensor, Tensor) results) => [results.Item1, results.Item2, results.Item3];

    private static Tensor[] Packed(Tensor[] x, Func<nn.utils.rnn.PackedSequence, (nn.utils.rnn.PackedSequence, Tensor[])> run)
    {
        var (output, states) = run(nn.utils.rnn.pack_padded_sequence(x[0], x[1], enforce_sorted: false));
        var (padded, lengths) = nn.utils.rnn.pad_packed_sequence(output, padding_value: -1.0, total_length: 6);
        return [padded, lengths, .. states];
    }

    private static Tensor Causal(long rows, long columns, long diagonal) => ones(rows, columns).triu(diagonal).to(ScalarType.Bool);

    // make_layers.py's wave.
    private static Tensor Wave(long rows, long columns) =>
        arange(rows * columns, ScalarType.Float32).mul(1.7).add(0.3).sin().mul(1.5e4).round().div(1e4).reshape(rows, columns);
}
