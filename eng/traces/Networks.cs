using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Traces;

/// <summary>Modules of torch.nn.</summary>
internal static class Networks
{
    public static IEnumerable<Forward> All()
    {
        yield return One("linear", Linear(4, 3), randn(2, 4));
        yield return One("linear-3d", Linear(4, 3), randn(2, 5, 4));
        yield return One("bilinear-free-bias", Linear(4, 3, hasBias: false), randn(2, 4));
        yield return One("conv1d", Conv1d(3, 4, 3, padding: 1L), randn(2, 3, 9));
        yield return One("conv2d-grouped", Conv2d(4, 8, 3, stride: 2L, padding: 1L, groups: 2), randn(2, 4, 8, 8));
        yield return One("conv3d", Conv3d(2, 3, 2), randn([1, 2, 4, 4, 4]));
        yield return One("conv-transpose2d", ConvTranspose2d(3, 2, 3, stride: 2L), randn(1, 3, 4, 4));
        yield return One("embedding", Embedding(10, 4, padding_idx: 0), tensor(new long[,] { { 0, 1 }, { 2, 3 } }));
        yield return One(
            "cnn",
            Sequential(
                Conv2d(1, 8, 3), BatchNorm2d(8), ReLU(), MaxPool2d(2), AvgPool2d(2), AdaptiveAvgPool2d([2, 2]),
                Flatten(), Linear(32, 10)),
            randn(4, 1, 28, 28));
        yield return One(
            "norms",
            Sequential(
                GroupNorm(2, 4), InstanceNorm2d(4, affine: true), LayerNorm([3, 3]), BatchNorm2d(4), Dropout(0.3)),
                randn(2, 4, 3, 3));
        yield return One(
            "activations",
            Sequential(
                GELU(), SiLU(), Mish(), ELU(0.5), LeakyReLU(0.2), Softplus(), Hardswish(), Tanh(), Sigmoid(),
                Softmax(1), LogSoftmax(1)),
            randn(2, 4));
        var lstm = LSTM(16, 8, numLayers: 2, batchFirst: true, bidirectional: true);
        yield return new Forward("lstm", lstm, [randn(2, 5, 16)], x =>
        {
            var (output, h, c) = lstm.call(x[0]);
            return [output, h, c];
        });
        var gru = GRU(16, 8, batchFirst: true);
        yield return new Forward("gru", gru, [randn(2, 5, 16)], x =>
        {
            var (output, h) = gru.call(x[0]);
            return [output, h];
        });
        var attention = MultiheadAttention(16, 4);
        yield return new Forward("attention", attention, [randn(5, 2, 16)], x =>
        {
            var (output, weights) = attention.call(x[0], x[0], x[0], null, true, null);
            return [output, weights];
        });
        var encoder = TransformerEncoder(TransformerEncoderLayer(16, 4, 32), 2);
        yield return new Forward(
            "encoder", encoder, [randn(5, 2, 16), ones(5, 5).triu(1).to(ScalarType.Bool)],
            x => [encoder.call(x[0], x[1], null)]);
        var decoder = TransformerDecoder(TransformerDecoderLayer(16, 4, 32), 1);
        yield return new Forward(
            "decoder", decoder, [randn(5, 2, 16), randn(6, 2, 16)],
            x => [decoder.call(x[0], x[1], null, null, null, null)]);
        var tied = Linear(4, 4);
        yield return new Forward(
            "tied", tied, [randn(2, 4)], x => [tied.call(tied.call(x[0])), x[0].matmul(tied.weight!.t())]);
    }

    private static Forward One(
        string name, Module<Tensor, Tensor> module, Tensor input)
            => new(name, module, [input], x => [module.call(x[0])]);
}
