using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Equal parts along an axis: position i of every part goes together, so that the parts stay equal.</summary>
internal sealed class SplitRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
        ["chunk", "split", "split_with_sizes", "tensor_split", "unbind", "unsafe_chunk", "unsafe_split"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var axis = input.Axis(call.Int("dim", 0));
        var slots = input.Axes[axis];
        if (call.Name == "unbind")
        {
            call.Pin(slots, "takes them one by one");
            int[]?[] rest = [.. input.Axes.Where((_, i) => i != axis)];
            call.Return([.. call.OutputShapes.Select(shape => new ChannelTensor(shape, rest))]);
            return;
        }

        var parts = call.OutputShapes;
        if (slots is not null && parts.Any(part => part[axis] != parts[0][axis]))
        {
            call.Pin(slots, "splits them unevenly");
            slots = null;
        }

        var size = (int)parts[0][axis];
        for (var i = size; i < slots?.Length; i++)
        {
            call.Join([slots[i % size]], [slots[i]], "splits them into equal parts");
        }

        call.Return([.. parts.Select((shape, part) => new ChannelTensor(
            shape, [.. input.Axes.Select((a, i) => i != axis ? a : slots?.AsSpan(part * size, size).ToArray())]))]);
    }
}
