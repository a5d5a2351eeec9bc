using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>
/// Normalisation across features: layer norm and group norm. Removing a feature would change the statistics of the
/// others, so the features stay.
/// </summary>
internal sealed class SampleNormRule : IChannelRule
{
    private const string Across = "normalises across them";

    public IEnumerable<string> Operators { get; } = ["layer_norm", "native_layer_norm", "group_norm", "rms_norm"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("input");
        var first = call.Name == "group_norm" ? 1 : input.Rank - Math.Max(1, call.Ints("normalized_shape").Length);
        var axes = input.Axes.ToArray();
        for (var axis = first; axis < axes.Length; axis++)
        {
            call.Pin(axes[axis], Across);
            axes[axis] = null;
        }

        foreach (var name in (string[])["weight", "bias"])
        {
            if (call.OptionalTensor(name) is { } parameter)
            {
                call.Pin(parameter, Across);
            }
        }

        call.Return([new ChannelTensor(input.Shape, axes), .. call.OutputShapes.Skip(1).Select(ChannelTensor.Plain)]);
    }
}
