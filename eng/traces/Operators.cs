using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Traces;

/// <summary>Functions without weights, and what is hard to read back: numbers, constants, writes, several
/// results.</summary>
internal static class Operators
{
    public static IEnumerable<Forward> All() => Shapes().Concat(Numbers()).Concat(Functions());

    private static IEnumerable<Forward> Shapes()
    {
        yield return Of("identity", [randn(2, 4)], x => [x[0], x[0]]);
        yield return Of(
            "view", [randn(2, 3, 4)],
            x => [x[0].view(2, -1), x[0].reshape(6, 4), x[0].flatten(1), x[0].unflatten(2, [2, 2])]);
        yield return Of(
            "permute", [randn(2, 3, 4)], x => [x[0].permute(2, 0, 1), x[0].transpose(1, 2), x[0].swapaxes(0, 1)]);
        yield return Of(
            "expand", [randn(2, 3)],
            x => [x[0].expand(2, 2, 3), x[0].repeat(1, 2), x[0].broadcast_to(1, 2, 3), x[0].unsqueeze(0).squeeze(0)]);
        yield return Of("roll-flip", [randn(2, 3)], x => [x[0].roll(1, 0), x[0].flip(0)]);
        yield return Of(
            "split", [randn(4, 6)],
            x => [.. x[0].split(2, 1), .. x[0].chunk(2, 0), .. x[0].split([1, 5], 1), x[0].unbind(0)[2]]);
        yield return Of("cat", [randn(4, 6)], x => [cat([x[0], x[0]], 1), stack([x[0], x[0]], 0), hstack(x[0], x[0])]);
        yield return Of(
            "slices", [randn(4, 5)],
            x =>
                [x[0][TensorIndex.Slice(1, 3), 0], x[0][TensorIndex.Ellipsis, TensorIndex.None], x[0].narrow(0, 1, 2)]);
        yield return Of(
            "indices", [randn(4, 5), tensor(new long[] { 0, 2 })],
            x => [x[0][x[1]], x[0].index_select(1, x[1]), x[0].index(TensorIndex.Colon, TensorIndex.Tensor(x[1]))]);
        yield return Of(
            "gather", [randn(4, 5), tensor(new long[,] { { 0, 1 }, { 2, 3 } })],
            x => [x[0].gather(1, x[1]), x[0].scatter(0, x[1], ones(2, 2)), x[0].scatter_add(1, x[1], ones(2, 2))]);
        yield return Of("index-put", [randn(4, 5), tensor(new long[] { 0, 2 })], static x =>
        {
            var y = x[0].clone();
            y.index_put_(zeros(2, 5), TensorIndex.Tensor(x[1]));
            y[1] = 3.5;
            return [y];
        });
        yield return Of("writes-through-views", [randn(4, 5)], static x =>
        {
            var y = x[0].clone();
            y[TensorIndex.Colon, 0].add_(1);
            y[TensorIndex.Slice(1, 3)].mul_(2);
            y.view(-1).relu_();
            y.narrow(0, 0, 2).zero_();
            return [y.sum(1)];
        });
    }

    private static IEnumerable<Forward> Numbers()
    {
        yield return Of(
            "doubles", [rand(2, 4).to(ScalarType.Float64)],
            x => [
                x[0] * double.Epsilon, x[0] * double.MaxValue, x[0] * -0.0, x[0] * Math.PI, x[0] * 1e10,
                x[0] * (1.0 / 3),
            ]);
        yield return Of(
            "infinities", [rand(2)],
            x => [x[0] + double.PositiveInfinity, x[0].masked_fill(x[0] > 0.5f, float.NegativeInfinity)]);
        yield return Of("nan", [rand(2)], x => [x[0] + double.NaN]);
        yield return Of("longs", [ones(2, ScalarType.Int64)], x => [x[0] + long.MaxValue, x[0] * long.MinValue]);
        yield return Of("booleans", [ones(2, ScalarType.Bool)], x => [x[0] | true, x[0].logical_not()]);
        yield return Of(
            "complex", [randn(2, 8)],
            x => [fft.rfft(x[0]).abs(), x[0].to(ScalarType.ComplexFloat32) * new System.Numerics.Complex(1, 2)]);
        yield return Of(
            "casts", [randn(2, 4)],
            x => [
                x[0].to(ScalarType.Float64), x[0].to(ScalarType.Int64), x[0].half(), x[0].to(ScalarType.BFloat16),
                x[0].type_as(ones(1, ScalarType.Int32)),
            ]);
        yield return Of(
            "constants", [randn(2, 3)],
            x => [x[0] * tensor([1.5f, 2, 3]), x[0] + tensor(0.1), x[0] > tensor(new long[] { 0, 1, 2 })]);
        yield return Of(
            "constant-transposed", [randn(2, 3)],
            x => [x[0].matmul(arange(60).to(ScalarType.Float32).reshape(20, 3).t())]);
        yield return Of(
            "constant-half", [ones(40, ScalarType.Float16)], x => [x[0] * arange(40).to(ScalarType.Float16)]);
        yield return Of("constant-empty", [ones(2)], x => [cat([zeros(0), x[0]])]);
        yield return Of(
            "sizes", [randn(2, 5, 4)],
            x => [x[0] + arange(x[0].shape[1]).unsqueeze(-1), ones(x[0].shape[0], 3) * 2, zeros_like(x[0])]);
        yield return Of("read-value", [ones(2, 4)], x => [x[0] * x[0].sum().item<float>()]);
    }

    private static IEnumerable<Forward> Functions()
    {
        yield return Of(
            "arithmetic", [rand(2, 4)],
            x => [
                x[0].pow(2), x[0].pow(0.1), x[0] / 3, x[0] % 2, 1 - x[0], 2 / x[0], -x[0], x[0].add(x[0], 0.3),
                x[0].div(2, RoundingMode.floor), x[0].remainder(0.7),
            ]);
        yield return Of(
            "unary", [rand(2, 4)],
            x => [
                x[0].sqrt(), x[0].rsqrt(), x[0].exp().log1p(), x[0].sin(), x[0].erf(), x[0].abs(), x[0].sign(),
                x[0].ceil(),
            ]);
        yield return Of(
            "reductions", [rand(2, 4)],
            x => [
                x[0].norm(), x[0].std(1), x[0].var(1), x[0].cumsum(1), x[0].logsumexp(1), x[0].mean([0, 1]),
                x[0].amax([1]),
            ]);
        yield return Of(
            "order", [randn(4, 6)],
            x => [
                x[0].topk(2, 1).values, x[0].sort(1, true).Values, x[0].argmax(1), x[0].max(1).values, x[0].argsort(),
            ]);
        yield return Of(
            "where", [randn(4, 6)],
            x => [where(x[0] > 0, x[0], zeros_like(x[0])), x[0].clamp(-1, 1), x[0].clamp(min: 0), x[0].tril()]);
        yield return Of(
            "einsum", [randn(2, 3, 4), randn(2, 4, 5)], x => [einsum("bij,bjk->bik", x[0], x[1]), x[0].bmm(x[1])]);
        yield return Of(
            "scaled-dot-product-attention", [randn(2, 4, 5, 8)],
            x => [F.scaled_dot_product_attention(x[0], x[0], x[0], is_casual: true)]);
        yield return Of(
            "interpolate", [randn(1, 2, 4, 4)],
            x => [
                F.interpolate(x[0], size: [8, 8], mode: InterpolationMode.Bilinear, align_corners: false),
                F.interpolate(x[0], scale_factor: [2, 1.5], mode: InterpolationMode.Nearest),
            ]);
        yield return Of(
            "pad", [randn(1, 2, 4, 4)],
            x => [F.pad(x[0], [1, 1, 2, 2], PaddingModes.Reflect), F.pad(x[0], [1, 0], PaddingModes.Constant, 0.1)]);
        yield return Of(
            "losses", [randn(4, 3), tensor(new long[] { 0, 1, 2, 1 })],
            x => [
                F.cross_entropy(x[0], x[1]), F.mse_loss(x[0], zeros_like(x[0])), F.one_hot(x[1], 3),
                F.log_softmax(x[0], 1),
            ]);
        yield return Of("random", [rand(4, 3)], x => [randn_like(x[0]), rand(2, 3), x[0].bernoulli()]);
        yield return Of(
            "pooling", [randn(1, 2, 8, 8)],
            x => [F.max_pool2d(x[0], 2), F.avg_pool2d(x[0], 2), F.adaptive_avg_pool2d(x[0], [3L, 3L])]);
    }

    private static Forward Of(
        string name, Tensor[] inputs, Func<Tensor[], Tensor[]> run) => new(name, null, inputs, run);
}
