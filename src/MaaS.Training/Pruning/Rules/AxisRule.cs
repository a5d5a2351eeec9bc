using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Operators that mix the positions of one axis and keep its size: softmax, cumulative sums,
/// sorting.</summary>
internal sealed class AxisRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
        ["softmax", "_softmax", "log_softmax", "_log_softmax", "cumsum", "cumprod", "sort", "argsort", "topk", "flip",
            "roll"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var axes = input.Axes.ToArray();
        foreach (var dim in (long[])[.. call.Ints("dim"), .. call.Ints("dims")])
        {
            call.Pin(axes[input.Axis(dim)], "mixes them");
            axes[input.Axis(dim)] = null;
        }

        call.Return([.. call.OutputShapes.Select(shape => new ChannelTensor(shape, axes))]);
    }
}
