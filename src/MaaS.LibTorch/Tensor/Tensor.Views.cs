using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Shape, order of dimensions, copies.
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Call("view", this, shape);

        public Tensor view_as(Tensor other) => Call("view_as", this, other);

        public Tensor reshape(params long[] shape) => Call("reshape", this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            Call("flatten.using_ints", this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => Call("unflatten.int", this, dim, sizes);
        public Tensor unflatten(long dim, Size sizes) => Call("unflatten.int", this, dim, sizes.Shape);

        public Tensor squeeze(long? dim = null) => dim is { } d ? Call("squeeze.dim", this, d) : Call("squeeze", this);

        public Tensor squeeze_(long? dim = null) =>
            dim is { } d ? CallInPlace("squeeze_.dim", this, d) : CallInPlace("squeeze_", this);

        public Tensor unsqueeze(long dim) => Call("unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => CallInPlace("unsqueeze_", this, dim);

        public Tensor permute(params long[] permutation) => Call("permute", this, permutation);
        public Tensor permute(IEnumerable<long> permutation) => Call("permute", this, permutation.ToArray());

        public Tensor transpose(long dim0, long dim1) => Call("transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => CallInPlace("transpose_", this, dim0, dim1);

        public Tensor t() => Call("t", this);

        public Tensor swapaxes(long dim0, long dim1) => Call("swapaxes", this, dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => Call("swapdims", this, dim0, dim1);

        public Tensor movedim(long[] source, long[] destination) => Call("movedim.intlist", this, source, destination);

        public Tensor moveaxis(long[] source, long[] destination) =>
            Call("moveaxis.intlist", this, source, destination);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) =>
            Call("expand", this, sizes.ToArray(), isImplicit);

        public Tensor expand(Size sizes, bool isImplicit = false) => Call("expand", this, sizes.Shape, isImplicit);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Call("expand", this, sizes, isImplicit);
        public Tensor expand(params long[] sizes) => Call("expand", this, sizes);

        public Tensor expand_as(Tensor other) => Call("expand_as", this, other);

        public Tensor broadcast_to(params long[] shape) => Call("broadcast_to", this, shape);

        public Tensor narrow(long dim, long start, long length) => Call("narrow", this, dim, start, length);

        public Tensor select(long dim, long index) => Call("select.int", this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) =>
            Call("slice.Tensor", this, dim, start, finish, step);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) =>
            Call("diagonal", this, offset, dim1, dim2);

        public Tensor diag(long diagonal = 0) => Call("diag", this, diagonal);

        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) =>
            Call("diag_embed", this, offset, dim1, dim2);

        public Tensor diagflat(long offset = 0) => Call("diagflat", this, offset);

        public Tensor unfold(long dimension, long size, long step) => Call("unfold", this, dimension, size, step);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Call("as_strided", this, size, strides, storageOffset);

        public Tensor alias() => Call("alias", this);

        public Tensor contiguous() => Call("contiguous", this);

        public Tensor clone() => Call("clone", this);

        public Tensor ravel() => Call("ravel", this);

        public Tensor atleast_1d() => Call("atleast_1d", this);

        public Tensor atleast_2d() => Call("atleast_2d", this);

        public Tensor atleast_3d() => Call("atleast_3d", this);

        public Tensor flip(params long[] dims) => Call("flip", this, dims);

        public Tensor fliplr() => Call("fliplr", this);

        public Tensor flipud() => Call("flipud", this);

        public Tensor roll(long shifts, long? dims = null) =>
            Call("roll", this, new[] { shifts }, dims is { } d ? new[] { d } : []);

        public Tensor roll((long, long) shifts, (long, long) dims) =>
            Call("roll", this, new[] { shifts.Item1, shifts.Item2 }, new[] { dims.Item1, dims.Item2 });

        public Tensor roll(long[] shifts, long[] dims) => Call("roll", this, shifts, dims);
        public Tensor roll(long[] shifts) => Call("roll", this, shifts);

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            roll([shifts.Item1, shifts.Item2, shifts.Item3], [dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            Call("roll", this, shifts.ToArray(), dims.ToArray());

        public Tensor rot90(long k = 1, (long, long)? dims = null) =>
            Call("rot90", this, k, dims is { } d ? new[] { d.Item1, d.Item2 } : [0, 1]);

        public Tensor repeat(params long[] sizes) => Call("repeat", this, sizes);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Call("repeat_interleave.self_Tensor", this, repeats, dim, output_size);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Call("repeat_interleave.self_int", this, repeats, dim, output_size);

        public Tensor tile(long[] reps) => Call("tile", this, reps);

        public Tensor tril(long diagonal = 0) => Call("tril", this, diagonal);
        public Tensor tril_(long diagonal = 0) => CallInPlace("tril_", this, diagonal);

        public Tensor triu(long diagonal = 0) => Call("triu", this, diagonal);
        public Tensor triu_(long diagonal = 0) => CallInPlace("triu_", this, diagonal);

        public Tensor channel_shuffle(long groups) => Call("channel_shuffle", this, groups);

        public Tensor vander(long N = -1, bool increasing = false) =>
            Call("vander", this, N < 0 ? Arg.None : N, increasing);

        public Tensor adjoint() => Call("adjoint", this);

        public Tensor to_dense() => Call("to_dense", this);

        public Tensor to_sparse() => Call("to_sparse", this);
        public Tensor to_sparse(int sparse_dim) => Call("to_sparse.sparse_dim", this, sparse_dim);

        public Tensor set_(Tensor source) => CallInPlace("set_.source_Tensor", this, source);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => CallInPlace("copy_", this, source, nonBlocking);

        public Tensor fill_(Scalar value) => CallInPlace("fill_.Scalar", this, value);

        public Tensor zero_() => CallInPlace("zero_", this);

        public Tensor T => Call("numpy_T", this);

        public Tensor H => Call("matrix_H", this);

        public Tensor mT => Call("mT", this);

        public Tensor mH => Call("mH", this);
    }
}
