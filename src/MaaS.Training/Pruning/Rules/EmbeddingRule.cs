using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Rows of a table: the features are channels, the rows stay.</summary>
internal sealed class EmbeddingRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["embedding"];

    public void Apply(ChannelCall call)
    {
        var weight = call.Tensor("weight");
        call.Pin(weight.Axes[0], "looks rows up by number");
        call.Role(weight, 1, SlotRole.Produces);
        call.Return([.. call.Tensor("indices").Axes, weight.Axes[1]]);
    }
}
