using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

// What is not a method of one tensor.
public static partial class torch
{
    /// <summary>Sums of products in Einstein's notation: "bij,bjk->bik".</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Call("einsum", equation, tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        CallList("meshgrid.indexing", tensors.ToArray(), indexing);

    /// <summary>The indices of the true elements, one tensor per dimension.</summary>
    public static Tensor[] where(Tensor condition) => condition.dtype == ScalarType.Bool
        ? CallList("where", condition)
        : throw new ArgumentException("The condition to 'where' must be a boolean tensor.", nameof(condition));

    public static Tensor cdist(
        Tensor x1, Tensor x2, double p = 2,
        compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Call("cdist", x1, x2, p, (long)compute_mode);

    public static Tensor chain_matmul(params Tensor[] matrices) => Call("chain_matmul", matrices);

    public static Tensor combinations(Tensor input, int r = 2, bool with_replacement = false) =>
        Call("combinations", input, r, with_replacement);

    public static Tensor searchsorted(
        Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Call("searchsorted.Tensor", sorted_sequence, values, out_int32, right, Interop.Arg.None, sorter);

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) => CallList("atleast_1d.Sequence", input);

    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) => CallList("atleast_2d.Sequence", input);

    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) => CallList("atleast_3d.Sequence", input);

    public static Tensor cholesky(Tensor input) => input.cholesky();

    public static Tensor divide_(Tensor left, Scalar right) => left.divide_(right);

    /// <summary>Rounds to the grid of a quantized type and back; the gradient passes where nothing was clipped.</summary>
    public static Tensor fake_quantize_per_tensor_affine(
        Tensor input, Tensor scale, Tensor zero_point, long quant_min, long quant_max) =>
        Call("fake_quantize_per_tensor_affine.tensor_qparams", input, scale, zero_point, quant_min, quant_max);

    /// <inheritdoc cref="fake_quantize_per_tensor_affine"/>
    public static Tensor fake_quantize_per_channel_affine(
        Tensor input, Tensor scale, Tensor zero_point, int axis, long quant_min, long quant_max) =>
        Call("fake_quantize_per_channel_affine", input, scale, zero_point, axis, quant_min, quant_max);

    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) =>
        Call("gather", input, dim, index, sparse_grad);

    public static Tensor mean(Tensor input) => input.mean();

    public static Tensor movedim(Tensor input, long source, long destination) =>
        Call("movedim.int", input, source, destination);

    public static Tensor moveaxis(Tensor input, long source, long destination) =>
        Call("moveaxis.int", input, source, destination);

    public static Tensor multiply_(Tensor left, Tensor right) => left.mul_(right);

    public static Tensor multiply_(Tensor left, Scalar right) => left.mul_(right);

    public static Tensor negative_(Tensor input) => input.neg_();

    public static Tensor norm(Tensor input) => input.norm();

    public static Tensor trapz(Tensor y, Tensor x, long dim = -1) => y.trapezoid(x, dim);

    public static Tensor trapz(Tensor y, double dx = 1, long dim = -1) => y.trapezoid(dx, dim);

    /// <summary>The distinct values; over one dimension, its distinct slices.</summary>
    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(
        Tensor input, bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
        input.unique(sorted, return_inverse, return_counts, dim);

    public static long numel(Tensor input) => input.numel();

    public static bool is_nonzero(Tensor input) => input.is_nonzero();

    public static bool is_integral(Tensor t) => t.is_integral();

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    public static bool is_complex(Tensor input) => input.is_complex();

    public static bool is_tensor(object obj) => obj is Tensor;

    public static Tensor BoolTensor(Tensor t) => t.@bool();

    public static Tensor ByteTensor(Tensor t) => t.@byte();

    public static Tensor ShortTensor(Tensor t) => t.@short();

    public static Tensor IntTensor(Tensor t) => t.@int();

    public static Tensor LongTensor(Tensor t) => t.@long();

    public static Tensor FloatTensor(Tensor t) => t.@float();

    public static Tensor DoubleTensor(Tensor t) => t.@double();

    public partial class Tensor
    {
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(
            bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var (output, inverse, counts) = dim is { } d
                ? Call3("unique_dim", this, d, sorted, return_inverse, return_counts)
                : Call3("_unique2", this, sorted, return_inverse, return_counts);
            return (output, Kept(inverse, return_inverse), Kept(counts, return_counts));
        }

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(
            bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var (output, inverse, counts) = Call3("unique_consecutive", this, return_inverse, return_counts, (long?)dim);
            return (output, Kept(inverse, return_inverse), Kept(counts, return_counts));
        }

        public Tensor[] hsplit(Tensor indices) => hsplit(indices.data<long>().ToArray());

        public Tensor[] vsplit(Tensor indices) => vsplit(indices.data<long>().ToArray());

        public Tensor[] dsplit(Tensor indices) => dsplit(indices.data<long>().ToArray());

        public IList<Tensor> nonzero_as_list() => CallList("nonzero_numpy", this);

        public static Tensor block_diag(params Tensor[] tensors) => torch.block_diag(tensors);

        // Libtorch returns an empty tensor for what was not asked for.
        private static Tensor? Kept(Tensor? tensor, bool asked)
        {
            if (asked) return tensor;
            tensor?.Dispose();
            return null;
        }
    }
}
