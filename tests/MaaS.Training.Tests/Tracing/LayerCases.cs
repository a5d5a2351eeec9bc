using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Tracing;

/// <summary>Layers and whole models.</summary>
internal static class LayerCases
{
    public static IEnumerable<TracingCase> All()
    {
        manual_seed(1);
        yield return Cnn();
        var lstm = LSTM(16, 8, numLayers: 2, batchFirst: true, bidirectional: true);
        yield return TracingCase.Of("lstm", lstm, [randn(2, 5, 16)], x =>
        {
            var (o, h, c) = lstm.call(x[0]);
            return [o, h, c];
        });
        var bothWays = GRU(16, 8, numLayers: 1, batchFirst: true, bidirectional: true);
        yield return TracingCase.Of("gru", bothWays, [randn(2, 5, 16)], x =>
        {
            var (o, h) = bothWays.call(x[0]);
            return [o, h];
        });
        var gru = GRU(16, 8);
        yield return TracingCase.Of("gru_with_state", gru, [randn(5, 2, 16), randn(1, 2, 8)], x =>
        {
            var (o, h) = gru.call(x[0], x[1]);
            return [o, h];
        });
        var attention = MultiheadAttention(16, 4);
        yield return TracingCase.Of("attention", attention, [randn(5, 2, 16)], x =>
        {
            var (o, w) = attention.call(x[0], x[0], x[0], null, true, null);
            return [o, w];
        });
        yield return TracingCase.Of(
            "attention_without_weights", attention, [randn(5, 2, 16)],
                x => [attention.call(x[0], x[0], x[0], null, false, null).Item1]);
        foreach (var row in Transformers())
        {
            yield return row;
        }

        var embedding = Embedding(10, 4, padding_idx: 0);
        yield return TracingCase.Of(
            "embedding", embedding, [tensor(new long[,] { { 0, 1 }, { 2, 3 } })], x => [embedding.call(x[0])]);
        var norms = Sequential(
            ("group", GroupNorm(2, 4)), ("instance", InstanceNorm2d(4, affine: true)), ("layer", LayerNorm([3, 3])),
                ("softmax", Softmax(1)),
            ("gelu", GELU()), ("silu", SiLU()), ("dropout", Dropout(0.3)));
        yield return TracingCase.Of("norms", norms, [randn(2, 4, 3, 3)], x => [norms.call(x[0])]);
        var dropout = Dropout(0.3);
        yield return TracingCase.Of("dropout_in_training", dropout, [randn(2, 4)], x =>
        {
            dropout.train();
            return [dropout.call(x[0])];
        });
        var tied = Linear(4, 4);
        yield return TracingCase.Of(
            "tied", tied, [randn(2, 4)], x => [tied.call(tied.call(x[0])), x[0].matmul(tied.weight!.t())]);
        yield return TracingCase.Of("losses", [randn(4, 3), tensor(new long[] { 0, 1, 2, 1 })], static x =>
        [
            F.cross_entropy(x[0], x[1]), F.mse_loss(x[0], zeros_like(x[0])), F.one_hot(x[1], 3), F.log_softmax(x[0], 1),
                F.gelu(x[0]),
            F.leaky_relu(x[0], 0.2), F.elu(x[0], 1.0), F.hardtanh(x[0]), F.normalize(x[0], 2, 1), bincount(x[1]),
        ]);
    }

    private static TracingCase Cnn()
    {
        var cnn = Sequential(
            ("conv", Conv2d(1, 8, 3)), ("norm", BatchNorm2d(8)), ("relu", ReLU()), ("pool", MaxPool2d(2)),
            ("groups", Conv2d(8, 8, 3, padding: 1L, groups: 2)), ("mean", AvgPool2d(2)),
                ("grid", AdaptiveAvgPool2d([2, 2])),
            ("flat", Flatten()), ("head", Linear(32, 10)));
        return TracingCase.Of("cnn", cnn, [randn(4, 1, 28, 28)], x => [cnn.call(x[0])]);
    }

    private static IEnumerable<TracingCase> Transformers()
    {
        var encoder = TransformerEncoder(TransformerEncoderLayer(16, 4, 32), 2);
        yield return TracingCase.Of("encoder", encoder, [randn(5, 2, 16)], x => [encoder.call(x[0], null, null)]);
        yield return TracingCase.Of(
            "encoder_mask", encoder, [randn(5, 2, 16), ones(5, 5).triu(1).to(ScalarType.Bool)],
                x => [encoder.call(x[0], x[1], null)]);
        var decoder = TransformerDecoder(TransformerDecoderLayer(16, 4, 32), 1);
        yield return TracingCase.Of(
            "decoder", decoder, [randn(5, 2, 16), randn(6, 2, 16)],
                x => [decoder.call(x[0], x[1], null, null, null, null)]);
        var transformer = Transformer(16, 4, 1, 1, 32);
        yield return TracingCase.Of(
            "transformer", transformer, [randn(6, 2, 16), randn(5, 2, 16)], x => [transformer.call(x[0], x[1])]);
        yield return TracingCase.Of(
            "scaled_dot_product", [randn(2, 4, 5, 8)],
                static x => [F.scaled_dot_product_attention(x[0], x[0], x[0], is_casual: true)]);
    }
}
