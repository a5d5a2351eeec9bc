using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Dense layers over the last axis.</summary>
internal sealed class LinearRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } = ["linear"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("input");
        var weight = call.Tensor("weight");
        call.Role(weight, 0, SlotRole.Produces);
        call.Role(weight, 1, SlotRole.Consumes);
        call.Consume(input.Axes[^1]);
        call.Join(input.Axes[^1], weight.Axes[1], "reads an input whose features are fixed");
        var outputs = weight.Axes[0];
        if (call.OptionalTensor("bias") is { } bias)
        {
            outputs = call.Join(outputs, bias.Axes[0], "adds a bias of fixed size to them");
        }

        var output = call.Return([.. input.Axes.SkipLast(1), outputs]);
        call.Contract(output, (weight, 1));
    }
}
