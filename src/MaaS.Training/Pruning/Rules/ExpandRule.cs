using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Repetition of axes: an axis that is not repeated keeps its channels.</summary>
internal sealed class ExpandRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["expand", "expand_as", "broadcast_to", "repeat", "tile"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var axes = new int[]?[call.OutputShape.Count];
        var added = axes.Length - input.Rank;
        for (var axis = 0; axis < input.Rank; axis++)
        {
            var slots = input.Axes[axis];
            if (slots is not null && call.OutputShape[axis + added] is var size && size != slots.Length)
            {
                slots = slots.Length == 1
                    ? null : [.. Enumerable.Range(0, (int)(size / slots.Length)).SelectMany(_ => slots)];
            }

            axes[axis + added] = slots;
        }

        call.Return(axes);
    }
}
