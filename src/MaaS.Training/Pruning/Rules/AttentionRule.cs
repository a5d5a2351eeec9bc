using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Scaled dot-product attention of (B, H, T, D): heads go together in query, key and value.</summary>
/// <remarks>The features of a head stay in query and key, because the scale follows their number.</remarks>
internal sealed class AttentionRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["scaled_dot_product_attention", "_scaled_dot_product_attention"];

    public void Apply(ChannelCall call)
    {
        var query = call.Tensor("query");
        var key = call.Tensor("key");
        var value = call.Tensor("value");
        call.Pin(query.Axes[^1], "scales by their number");
        call.Pin(key.Axes[^1], "scales by their number");
        call.Pin(query.Axes[^2], "attends over them");
        call.Pin(key.Axes[^2], "attends over them");
        call.Pin(value.Axes[^2], "attends over them");
        List<ChannelTensor> batches = [Batch(query), Batch(key), Batch(value)];
        if (call.OptionalTensor("attn_mask") is { } mask)
        {
            batches.Add(Batch(mask));
        }

        var axes = Broadcasting.Join(call, call.OutputShape, batches, "combines them with a tensor of fixed size");
        axes[^1] = value.Axes[^1];
        var output = new ChannelTensor(call.OutputShape, axes);
        call.Return([output, .. call.OutputShapes.Skip(1).Select(ChannelTensor.Plain)]);
        // Both products sum over the same number of elements where the head sizes are equal: T·S·D twice.
        call.Contract(output, (key, key.Rank - 2), (ChannelTensor.Plain([2]), 0));
    }

    private static ChannelTensor Batch(ChannelTensor tensor)
        => new([.. tensor.Shape.SkipLast(2), 1, 1], [.. tensor.Axes.SkipLast(2), null, null]);
}
