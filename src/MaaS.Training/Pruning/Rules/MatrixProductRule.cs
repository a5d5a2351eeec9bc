using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Matrix products of two tensors, weights or activations: (…, M, K) × (…, K, N).</summary>
internal sealed class MatrixProductRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["matmul", "mm", "bmm", "addmm", "baddbmm"];

    public void Apply(ChannelCall call)
    {
        var left = call.Has("mat1")
            ? call.Tensor("mat1") : call.Has("batch1") ? call.Tensor("batch1") : call.Tensor("self");
        var right = call.Tensor("other", "mat2", "batch2");
        if (left.Rank < 2 || right.Rank < 2)
        {
            call.Pin(left, "multiplies by a vector");
            call.Pin(right, "multiplies by a vector");
            call.Return(new int[]?[call.OutputShape.Count]);
            return;
        }

        Roles(call, left, consumed: left.Rank - 1, produced: left.Rank - 2);
        Roles(call, right, consumed: right.Rank - 2, produced: right.Rank - 1);
        call.Consume(left.Axes[^1]);
        call.Consume(right.Axes[^2]);
        call.Join(left.Axes[^1], right.Axes[^2], "multiplies them by a fixed number of features");
        var axes = Broadcasting.Join(
            call, call.OutputShape, [Batch(left), Batch(right)], "combines them with a tensor of fixed size");
        (axes[^2], axes[^1]) = (left.Axes[^2], right.Axes[^1]);
        if (call.Name is "addmm" or "baddbmm")
        {
            var product = new ChannelTensor(call.OutputShape, axes);
            axes = Broadcasting.Join(
                call, call.OutputShape, [product, call.Tensor("self")], "adds a tensor of fixed size to them");
        }

        var output = call.Return(axes);
        call.Contract(output, (left, left.Rank - 1));
    }

    private static void Roles(ChannelCall call, ChannelTensor tensor, int consumed, int produced)
    {
        call.Role(tensor, consumed, SlotRole.Consumes);
        call.Role(tensor, produced, SlotRole.Produces);
    }

    // The batch axes alone: the last two count as broadcast.
    private static ChannelTensor Batch(ChannelTensor tensor)
        => new([.. tensor.Shape.SkipLast(2), 1, 1], [.. tensor.Axes.SkipLast(2), null, null]);
}
