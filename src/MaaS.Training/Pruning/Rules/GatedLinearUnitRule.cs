using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>One half of an axis gates the other: a channel goes with its gate.</summary>
internal sealed class GatedLinearUnitRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["glu"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var axis = input.Axis(call.Int("dim", -1));
        var axes = input.Axes.ToArray();
        if (axes[axis] is { } slots)
        {
            var half = slots.Length / 2;
            axes[axis] = call.Join(slots[..half], slots[half..], "gates them");
        }

        call.Return(axes);
    }
}
