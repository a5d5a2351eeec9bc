using TorchSharp;
using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>Views, joins, creation: what depends on sizes, also on the dynamic one.</summary>
public static class ShapeCases
{
    private static readonly long[] Shape = [3, 4, 6];

    public static IEnumerable<OperatorCase> All =>
    [
        Of("view_batch_first", Shape, x => x.view(x.shape[0], 24)),
        Of("view_merge_batch", Shape, x => x.view(x.shape[0] * 4, 6)),
        Of("view_infer", Shape, x => x.view(-1, 12)), Of("view_split", Shape, x => x.view(x.shape[0], 4, 2, 3)),
        Of("reshape", Shape, x => x.reshape(4, -1)),
        Of("reshape_after_transpose", Shape, x => x.transpose(0, 1).reshape(4, x.shape[0] * 6)),
        Of("view_as", Shape, x => x.reshape(-1).view_as(x)),
        Of("flatten", Shape, x => x.flatten()), Of("flatten_1", Shape, x => x.flatten(1)),
        Of("flatten_01", Shape, x => x.flatten(0, 1)),
        Of("unflatten", Shape, x => x.unflatten(2, 2, 3)), Of("squeeze", [3, 1, 6], x => x.squeeze(1)),
        Of("squeeze_last", [3, 6, 1], x => x.squeeze(-1)),
        Of("unsqueeze", Shape, x => x.unsqueeze(1)), Of("unsqueeze_last", Shape, x => x.unsqueeze(-1)),
        Of("t", [3, 5], x => x.t()),
        Of("transpose", Shape, x => x.transpose(1, 2)), Of("transpose_batch", Shape, x => x.transpose(0, -1)),
        Of("permute", Shape, x => x.permute(2, 0, 1)),
        Of("movedim", Shape, x => x.movedim([0], [2])), Of("swapaxes", Shape, x => x.swapaxes(0, 2)),
        Of("expand", [3, 1, 6], x => x.expand(x.shape[0], 4, 6)),
        Of("expand_new_axis", Shape, x => x.expand(2, x.shape[0], 4, 6)),
        Of("expand_as", [3, 1, 6], x => x.expand_as(ones(x.shape[0], 4, 6))),
        Of("repeat", Shape, x => x.repeat(1, 2, 1)), Of("repeat_more_axes", Shape, x => x.repeat(2, 1, 1, 3)),
        Of("repeat_by_size", [3, 4], x => ones(1, 4).repeat(x.shape[0], 1) + x),
        Of("tile", Shape, x => x.tile([2])), Of("contiguous", Shape, x => x.transpose(0, 1).contiguous()),
        Of("clone", Shape, x => x.clone() * 2),
        Of("detach", Shape, x => x.detach() + 1), Of("repeat_interleave", Shape, x => x.repeat_interleave(2, 1)),
        Of("repeat_interleave_batch", Shape, x => x.repeat_interleave(3, 0)),
        Of("repeat_interleave_flat", Shape, x => x.repeat_interleave(2)),

        Of("meshgrid_xy", [4], x => meshgrid([x, linspace(0, 1, 3)], "xy")),
        Of("meshgrid_ij", [4], x => meshgrid([x, x * 2], "ij")),
        Of("cat", Shape, x => cat([x, x * 2], 1)), Of("cat_batch", Shape, x => cat([x, x * 2], 0)),
        Of("cat_constant", Shape, x => cat([x, zeros(x.shape[0], 1, 6)], 1)),
        Of("cat_promote", Shape, x => cat([x, x.gt(0).to(ScalarType.Int64)], -1)),
        Of("stack", Shape, x => stack([x, x + 1], 1)),
        Of("stack_last", Shape, x => stack([x, x + 1], -1)), Of("hstack", Shape, x => hstack(x, x)),
        Of("vstack", [3, 4], x => vstack([x, x])),
        Of("diff", Shape, x => x.diff(dim: 1)), Of("diff_twice", Shape, x => x.diff().diff()),
        Of("broadcast_tensors", Shape, x => broadcast_tensors(x, ones(6)).ToArray()),
        Of("cat_to_length", [3, 4], x => cat([x, zeros(16 - x.shape[0], 4)], 0)),
        Of("pad_to_length", [3, 4], x => nn.functional.pad(x, [0, 0, 0, 16 - x.shape[0]])),
        Of("tril_indices", Shape, x => x.sum() + tril_indices(4, 6, 1)),
        Of("triu_indices", Shape, x => x.sum() + triu_indices(5, 3)),
        Of("split", Shape, x => x.split(2, 2)), Of("split_uneven", Shape, x => x.split([1, 5], 2)),
        Of("chunk", Shape, x => x.chunk(4, 2)),
        Of("tensor_split", Shape, x => x.tensor_split(4, 2)), Of("unbind", Shape, x => x.unbind(1)),

        Of("select", Shape, x => x.select(1, 2)), Of("select_last", Shape, x => x.select(1, -1)),
        Of("select_batch", Shape, x => x.select(0, 1 - 1)),
        Of("narrow", Shape, x => x.narrow(2, 1, 3)), Of("slice", Shape, x => x[.., 1..3]),
        Of("slice_ellipsis", Shape, x => x[TensorIndex.Ellipsis, TensorIndex.Single(0)]),
        Of("slice_step", Shape, x => x[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(0, 6, 2)]),
        Of("slice_negative", Shape, x => x[.., .., ^2..]),
        Of("slice_batch_tail", Shape, x => x.slice(0, x.shape[0] - 1, x.shape[0], 1)),
        Of("slice_all_but_last", Shape, x => x.slice(0, 0, x.shape[0] - 1, 1) + 1),
        Of("flip", Shape, x => x.flip(1, 2)), Of("roll", Shape, x => x.roll(2, 1)),
        Of("roll_flat", Shape, x => x.roll(5)), Of("roll_two", Shape, x => x.roll([1, -2], [1, 2])),
        Of("unfold", Shape, x => x.unfold(2, 3, 2)), Of("diagonal", Shape, x => x.diagonal(0, 1, 2)),
        Of("diagonal_offset", Shape, x => x.diagonal(1, 1, 2)),

        Of("zeros", Shape, x => x + zeros(4, 6)), Of("zeros_of_size", Shape, x => zeros(x.shape[0], 2)),
        Of("ones_like", Shape, x => ones_like(x) * x),
        Of("full", Shape, x => full([x.shape[0], 2], 3.5)),
        Of("full_like_int", Shape, x => full_like(x, 7, ScalarType.Int64)), Of("eye", Shape, x => x.matmul(eye(6))),
        Of("arange", Shape, x => x.sum() + arange(x.shape[0])),
        Of("arange_step", Shape, x => x.sum() + arange(0, 10, 3)), Of("linspace", Shape, x => x * linspace(0, 1, 6)),
        Of("positions", Shape, x => x + arange(x.shape[0], dtype: ScalarType.Float32).unsqueeze(1).unsqueeze(1)),
        Of("tril", [3, 4, 4], x => x.tril()), Of("triu", [3, 4, 4], x => x.triu(1)),
        Of("causal_mask", [3, 4], x => ones(x.shape[0], x.shape[0], dtype: ScalarType.Bool).tril()),
        Of("meshgrid", Shape, x => meshgrid([arange(x.shape[0]), arange(4)])),
        Of("new_zeros", Shape, x => x.new_zeros(x.shape[0], 2)),
        Of("constant_tensor", [3, 4], x => x * torch.tensor(new[] { 1f, 2f, 3f, 4f })),
    ];
}
