using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>Reductions, sorting, running sums, products of matrices.</summary>
public static class ReductionCases
{
    private static readonly long[] Shape = [3, 4, 5];

    public static IEnumerable<OperatorCase> All =>
    [
        Of("sum", Shape, x => x.sum()), Of("sum_axis", Shape, x => x.sum(1)),
        Of("sum_axes_keep", Shape, x => x.sum([1, 2], keepdim: true)),
        Of("sum_bool", Shape, x => x.gt(0).sum()), Of("mean", Shape, x => x.mean()),
        Of("mean_axes", Shape, x => x.mean([1, 2])), Of("mean_keep", Shape, x => x.mean([-1], keepdim: true)),
        Of("prod", Shape, x => x.prod(1)), Of("amax", Shape, x => x.amax([1, 2])),
        Of("amin", Shape, x => x.amin([1], true)), Of("logsumexp", Shape, x => x.logsumexp(1)),
        Of("max", Shape, x => x.max()), Of("min", Shape, x => x.min()), Of("max_axis", Shape, x => x.max(1)),
        Of("min_axis", Shape, x => x.min(1)),
        Of("max_other", Shape, x => x.max(x.neg())), Of("argmax", Shape, x => x.argmax(1)),
        Of("argmin", Shape, x => x.argmin(1)), Of("argmax_flat", Shape, x => x.argmax()),
        Of("any", Shape, x => x.gt(1).any(1)), Of("all", Shape, x => x.gt(-1).all(1)), Of("var", Shape, x => x.var(1)),
        Of("var_biased", Shape, x => x.var(1, unbiased: false)),
        Of("var_all", Shape, x => x.var()), Of("std", Shape, x => x.std(1, keepdim: true)),
        Of("std_mean", Shape, x => x.std([1, 2])), Of("norm", Shape, x => x.norm(1)),
        Of("norm_1", Shape, x => x.norm(1, false, 1f)), Of("norm_3", Shape, x => x.norm(1, false, 3f)),
        Of("topk", Shape, x => x.topk(2, 1)), Of("topk_smallest", Shape, x => x.topk(3, -1, largest: false)),
        Of("sort", Shape, x => x.sort(1)), Of("sort_descending", Shape, x => x.sort(-1, descending: true)),
        Of("argsort", Shape, x => x.argsort(1)),
        Of("cumsum", Shape, x => x.cumsum(1)), Of("cumsum_batch", Shape, x => x.cumsum(0)),
        Of("cumprod", Shape, x => x.cumprod(1)), Of("cumprod_last", Shape, x => x.cumprod(-1)),
        Of("cumprod_batch", Shape, x => x.cumprod(0)), OfInts("cumprod_int", 3, Shape, x => (x + 1).cumprod(2)),
        Of("count_nonzero", Shape, x => x.relu().count_nonzero()),

        Of("matmul", Shape, x => x.matmul(ones(5, 2))), Of("matmul_batch", Shape, x => x.matmul(x.transpose(1, 2))),
        Of("matmul_vector", Shape, x => x.matmul(arange(5, dtype: ScalarType.Float32))),
        Of("bmm", Shape, x => x.bmm(x.transpose(1, 2))), Of("mm", [3, 4], x => x.mm(x.t())),
        Of("addmm", [3, 4], x => ones(2).addmm(x, ones(4, 2), 0.5f, 2)),
        Of("baddbmm", Shape, x => x.baddbmm(x.transpose(1, 2), ones(1, 4, 4), 0.5f, 2)),
        Of("einsum", Shape, x => einsum("bij,bkj->bik", x, x)), Of("einsum_dot", Shape, x => einsum("bij->b", x)),
        Of("tensordot", Shape, x => tensordot(x, ones(5, 4, 2), [1, 2], [1, 0])),
        Of("nansum", Shape, x => (x - 0.5).log().nansum()),
        Of("kthvalue", Shape, x => x.kthvalue(2, 1)), Of("kthvalue_keepdim", Shape, x => x.kthvalue(4, -1, true)),
        Of("median", [3, 6], x => x[0].median()),
        Of("bucketize", Shape, x => bucketize((x * 3).round(), arange(-4, 5, dtype: ScalarType.Float32))),
        Of("bucketize_right", Shape, x => bucketize(
            (x * 3).round(), arange(-4, 5, dtype: ScalarType.Float32), right: true)),
        Of("searchsorted_rows", [3, 6], x => searchsorted(x.sort(1).Values, x * 2)),
        Of("outer", [4], x => outer(x, arange(3, dtype: ScalarType.Float32))),
        Of("cosine_similarity", Shape, x => nn.functional.cosine_similarity(x, x + 1, 2)),
        Of("pairwise_distance", [3, 4], x => nn.functional.pairwise_distance(x, x + 1)),
        Of("cdist", Shape, x => cdist(x, x + 1)), Of("normalize", Shape, x => nn.functional.normalize(x, dim: 2)),
        Of("bilinear", [3, 4], x => nn.functional.bilinear(x, x, ones(2, 4, 4), ones(2))),
        Of("attention", [3, 2, 4, 8], x => nn.functional.scaled_dot_product_attention(x, x, x)),
        Of("attention_causal", [3, 2, 4, 8], x => nn.functional.scaled_dot_product_attention(x, x, x, is_casual: true)),
        Of("attention_mask", [3, 2, 4, 8], x => nn.functional.scaled_dot_product_attention(
            x, x, x, ones(4, 4).tril().to(ScalarType.Bool))),
    ];
}
