using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Positions that forward picks by number along one axis: those channels stay, other axes keep
/// theirs.</summary>
internal sealed class SliceRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["slice", "narrow", "select", "index_select"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var axis = input.Axis(call.Int("dim", 0));
        if (call.Name == "slice" && call.OutputShape[axis] == input.Shape[axis])
        {
            call.Return(input.Axes);
            return;
        }

        call.Pin(input.Axes[axis], "picks some of them by number");
        call.Return(
            [.. input.Axes.Select((a, i) => i == axis ? null : a).Where((_, i) => call.Name != "select" || i != axis)]);
    }
}
