using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Changes of type, device or layout: the channels stay, whatever the other arguments are.</summary>
internal sealed class CastRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
        ["to", "type_as", "_to_copy", "float", "half", "double", "cpu", "cuda", "lift_fresh"];

    public void Apply(ChannelCall call)
    {
        var source = call.Tensor("self");
        call.Return(source.Axes, source.IsParameter);
    }
}
