using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Tracing;

/// <summary>Operators by what they do to shapes, values and memory.</summary>
internal static class OperatorCases
{
    public static IEnumerable<TracingCase> All() =>
        [.. Indexing(), .. Memory(), .. Shapes(), .. Numbers(), .. Others()];

    // Where the trace depends on values: the same on every system, as random numbers are not.
    private static Tensor Grid(int rows, int columns) =>
        (arange(rows * columns, ScalarType.Float32) - 7).reshape(rows, columns) / 8;

    private static IEnumerable<TracingCase> Indexing() =>
    [
        TracingCase.Of("index", [Grid(4, 5), tensor(new long[] { 0, 2 })], static x =>
        [
            x[0][x[1]], x[0].index(TensorIndex.Colon, TensorIndex.Tensor(x[1])), x[0][TensorIndex.Slice(1, 3), 0],
                x[0][x[0] > 0],
            x[0].index_select(1, x[1]), x[0][TensorIndex.Ellipsis, TensorIndex.None],
        ]),
        TracingCase.Of("index_put", [randn(4, 5), tensor(new long[] { 0, 2 })], static x =>
        {
            var y = x[0].clone();
            y.index_put_(zeros(2, 5), TensorIndex.Tensor(x[1]));
            y[1] = 3.5;
            return [y];
        }),
        TracingCase.Of("gather", [randn(4, 5), tensor(new long[,] { { 0, 1 }, { 2, 3 } })], static x =>
            [x[0].gather(1, x[1]), x[0].scatter_add(1, x[1], ones(2, 2)), x[0].scatter(0, x[1], ones(2, 2))]),
        TracingCase.Of("topk_sort", [randn(4, 6)], static x =>
        {
            var (values, indices) = x[0].topk(2, 1);
            var (sorted, order) = x[0].sort(1, true);
            return [values, indices, sorted, order, x[0].argmax(1), x[0].max(1).values, x[0].argsort()];
        }),
        TracingCase.Of("where", [Grid(4, 6)], static x =>
        [
            where(x[0] > 0, x[0], zeros_like(x[0])), x[0].masked_fill(x[0] > 0.5f, float.NegativeInfinity),
                x[0].clamp(-1, 1),
            x[0].clamp(min: 0), x[0].tril(), x[0].masked_select(x[0] > 0),
        ]),
    ];

    private static IEnumerable<TracingCase> Memory() =>
    [
        TracingCase.Of("in_place_slices", [randn(4, 5)], static x =>
        {
            var y = x[0].clone();
            y[TensorIndex.Colon, 0].add_(1);
            y[TensorIndex.Slice(1, 3)].mul_(2);
            var flat = y.view(-1);
            flat.relu_();
            using (var part = y.narrow(0, 0, 2))
            {
                part.zero_();
            }

            return [y.sum(1)];
        }),
        TracingCase.Of("casts", [randn(2, 4)], static x =>
        [
            x[0].to(ScalarType.Float64), x[0].to(ScalarType.Int64), x[0].@bool(), x[0].half(),
                x[0].to(ScalarType.BFloat16),
            x[0].type_as(ones(1, ScalarType.Float64)), x[0].to(CPU), x[0].contiguous(), x[0].detach(),
        ]),
        TracingCase.Of("identity", [randn(2, 4)], static x => [x[0], x[0]]),
    ];

    private static IEnumerable<TracingCase> Shapes() =>
    [
        TracingCase.Of("arange", [randn(2, 5, 4)], static x =>
            [x[0] + arange(x[0].shape[1]).unsqueeze(-1), zeros_like(x[0]), ones(x[0].shape[0], 3) * 2]),
        TracingCase.Of("cat_split", [randn(4, 6)], static x =>
        {
            var split = x[0].split(2, 1);
            var chunks = x[0].chunk(2, 0);
            return
            [
                cat([split[0], split[2]], 1), stack([chunks[0], chunks[1]], 0), x[0].split([1, 5], 1)[1],
                    x[0].unbind(0)[2],
                hstack(split[0], split[1]),
            ];
        }),
        TracingCase.Of("views", [randn(2, 3, 4)], static x =>
        [
            x[0].view(2, -1), x[0].reshape(6, 4), x[0].permute(2, 0, 1), x[0].transpose(1, 2),
                x[0].unsqueeze(0).squeeze(0),
            x[0].expand(2, 2, 3, 4), x[0].flatten(1), x[0].unflatten(2, [2, 2]), x[0].repeat(1, 1, 2), x[0].roll(1, 0),
                x[0].flip(0),
            x[0].movedim([0], [1]), x[0].swapaxes(0, 1), x[0].broadcast_to(1, 2, 3, 4),
        ]),
        TracingCase.Of("interpolate", [randn(1, 2, 4, 4)], static x =>
        [
            F.interpolate(x[0], size: [8, 8], mode: InterpolationMode.Bilinear, align_corners: false),
            F.interpolate(x[0], scale_factor: [2, 1.5], mode: InterpolationMode.Nearest),
            F.pad(x[0], [1, 1, 2, 2], TorchSharp.PaddingModes.Reflect),
                F.pad(x[0], [1, 0], TorchSharp.PaddingModes.Constant, 0.1),
        ]),
    ];

    private static IEnumerable<TracingCase> Numbers() =>
    [
        TracingCase.Of("math", [rand(2, 4)], static x =>
        [
            x[0].pow(2), x[0].pow(0.1), x[0].sqrt(), x[0].rsqrt(), x[0].exp().log1p(), (x[0] * 1e-12)
                + (1.0 / 3), x[0] / 3, x[0] % 2, 1 - x[0],
            2 / x[0], x[0].div(2, RoundingMode.floor), x[0].remainder(0.7), x[0].norm(), x[0].std(1), x[0].var(1),
                x[0].cumsum(1),
            x[0].logsumexp(1), x[0].mean([0, 1]), -x[0], x[0].add(x[0], 0.3),
        ]),
        TracingCase.Of("extremes", [rand(2, 4).to(ScalarType.Float64)], static x =>
        [
            x[0] * double.Epsilon, x[0] + double.PositiveInfinity, x[0]
                + double.NaN, x[0] * -0.0, x[0] * double.MaxValue,
            x[0].to(ScalarType.Int64)
                + long.MaxValue, x[0].to(ScalarType.Int64) * long.MinValue, x[0] * 1e10, x[0] * 123456789.0,
            x[0] * Math.PI, x[0].to(ScalarType.Bool) | true,
        ]),
        TracingCase.Of("complex", [randn(2, 8)], static x =>
        [
            fft.rfft(x[0]).abs(), view_as_real(fft.fft_(x[0])),
                x[0].to(ScalarType.ComplexFloat32) * new System.Numerics.Complex(1, 2),
        ]),
        TracingCase.Of("einsum", [randn(2, 3, 4), randn(2, 4, 5)], static x => [einsum("bij,bjk->bik", x[0], x[1])]),
    ];

    private static IEnumerable<TracingCase> Others() =>
    [
        TracingCase.Of(
            "item", [Grid(2, 4)], static x => [x[0] * x[0].sum().item<float>(), x[0] * (float)x[0].shape[0]]),
        TracingCase.Of("random", [randn(4, 3)], static x =>
        [
            randn_like(x[0]), rand(2, 3), x[0].sigmoid().bernoulli(), normal(0.0, 1.0, [2, 2]), randint(0, 5, [3]),
            x[0].sigmoid().multinomial(1),
        ]),
    ];
}
