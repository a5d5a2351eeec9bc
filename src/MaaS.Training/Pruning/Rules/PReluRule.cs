using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>A leak learned for each channel, or one for all.</summary>
internal sealed class PReluRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["prelu", "_prelu_kernel"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        var weight = call.Tensor("weight");
        var axes = input.Axes.ToArray();
        if (weight.Shape[0] > 1)
        {
            axes[1] = call.Join(axes[1], weight.Axes[0], "has a leak for each of a fixed number of channels");
        }

        call.Return(axes);
    }
}
