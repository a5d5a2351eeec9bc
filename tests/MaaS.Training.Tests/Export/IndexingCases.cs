using TorchSharp;
using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>Lookups and writes by index and by mask.</summary>
public static class IndexingCases
{
    private static readonly long[] Shape = [3, 4, 5];

    private static Tensor Longs(params long[] values) => torch.tensor(values);

    public static IEnumerable<OperatorCase> All =>
    [
        Of("index_select", Shape, x => x.index_select(1, Longs(2, 0, 2))),
        Of("gather", Shape, x => x.gather(1, x.argsort(1))),
        Of("gather_smaller_index", Shape, x => x.gather(1, zeros(x.shape[0], 2, 3, dtype: ScalarType.Int64))),
        Of("take", Shape, x => x.take(Longs(0, 3))),
        Of("take_along_dim", Shape, x => x.take_along_dim(x.argsort(2), 2)),
        Of("scatter", Shape, x => zeros_like(x).scatter(1, x.argsort(1), x)),
        Of("scatter_add", Shape, x => ones_like(x).scatter_add(1, zeros_like(x, ScalarType.Int64), x)),
        Of("index_add", Shape, x => x.index_add(1, Longs(0, 2), ones(x.shape[0], 2, 5), 2)),
        Of("index_fill", Shape, x => x.index_fill(1, Longs(1, 3), 7)),
        Of("index_copy", Shape, x => x.index_copy(1, Longs(3, 0), ones(x.shape[0], 2, 5))),
        Of("index_one", Shape, x => x[TensorIndex.Colon, TensorIndex.Tensor(Longs(2, 1))]),
        Of("index_lead", Shape, x => x[Longs(0, 1, 0)]),
        Of("index_two", Shape, x => x[TensorIndex.Colon, TensorIndex.Tensor(Longs(0, 3)), TensorIndex.Tensor(Longs(
            1, 4))]),
        Of("index_two_leading", Shape, x => x[TensorIndex.Tensor(Longs(0, 1)), TensorIndex.Tensor(Longs(2, 3))]),
        Of("index_broadcast", Shape, x => x[TensorIndex.Colon, TensorIndex.Tensor(Longs(0, 3)
            .unsqueeze(1)), TensorIndex.Tensor(Longs(1, 4, 0))]),
        Of("index_apart", Shape, x => x[TensorIndex.Tensor(Longs(0, 1)), TensorIndex.Colon, TensorIndex.Tensor(Longs(
            2, 3))]),
        Of("index_mask", [6], x => x.index(TensorIndex.Tensor(x.gt(-10)))),
        Of("masked_select", [6], x => x.masked_select(x.gt(-10))),
        OfInts("nonzero", 1, [4, 2], x => (x + 1).nonzero()),
        OfInts("one_hot", 5, [3, 4], x => nn.functional.one_hot(x, 6)),
        OfInts("embedding", 5, [3, 4], x => arange(10, dtype: ScalarType.Float32).view(5, 2)[x]),
        Of("index_put", Shape, x => { var y = x.clone(); y.index_put_(
            torch.tensor(9f), Longs(0, 1), Longs(2, 3)); return y; }),
        Of("index_put_accumulate", Shape, x => { var y = x.clone(); y.index_put_(
            ones(2, 5), [Longs(0, 0), Longs(2, 2)], accumulate: true); return y; }),
        Of("index_put_mask", Shape, x => { var y = x.clone(); y.index_put_(torch.tensor(0f), y.lt(0)); return y; }),
    ];
}
