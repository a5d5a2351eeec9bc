using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Other orders of the same axes.</summary>
internal sealed class PermuteRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = [
        "permute", "transpose", "swapaxes", "swapdims", "t", "numpy_T", "mT"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        call.Return([.. Order(call, input).Select(axis => input.Axes[axis])], input.IsParameter);
    }

    private static IEnumerable<int> Order(ChannelCall call, ChannelTensor input)
    {
        var order = Enumerable.Range(0, input.Rank).ToArray();
        if (call.Name == "permute")
        {
            return call.Ints("dims").Select(input.Axis);
        }

        if (call.Name is "t" or "numpy_T")
        {
            return order.Reverse();
        }

        var a = input.Axis(call.Int(call.Has("axis0") ? "axis0" : "dim0", -2));
        var b = input.Axis(call.Int(call.Has("axis1") ? "axis1" : "dim1", -1));
        (order[a], order[b]) = (order[b], order[a]);
        return order;
    }
}
