using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Convolutions: plain, grouped, depthwise, transposed.</summary>
/// <remarks>
/// Depthwise: an output channel goes with its input channel, and the number of groups with both. Grouped: every group
/// keeps the same channels, so the number of groups stays and one unit is a channel of each group.
/// </remarks>
internal sealed class ConvolutionRule : IChannelRule
{
    private const string Grouped = "keeps the number of channels of each group";

    public IEnumerable<string> Operators { get; } =
    [
        "_convolution", "convolution", "_convolution_mode", "conv1d", "conv2d", "conv3d",
        "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    ];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("input");
        var weight = call.Tensor("weight");
        var transposed = call.Flag("transposed") || call.Name.StartsWith("conv_transpose", StringComparison.Ordinal);
        var groups = (int)call.Int("groups", 1);
        var channelAxis = input.Rank - (weight.Rank - 1);
        var (inAxis, outAxis) = transposed ? (0, 1) : (1, 0);
        var inputs = input.Axes[channelAxis];
        for (var axis = channelAxis + 1; axis < input.Rank; axis++)
        {
            call.Pin(input.Axes[axis], "convolves over them");
        }

        var depthwise = groups > 1 && groups == input.Shape[channelAxis];
        var outputs = depthwise
            ? Depthwise(call, inputs, weight, transposed, groups)
            : Dense(call, inputs, weight, inAxis, outAxis, groups);
        if (call.OptionalTensor("bias") is { } bias)
        {
            call.Join(outputs, bias.Axes[0], "adds a bias of fixed size to them");
        }

        var axes = new int[]?[call.OutputShape.Count];
        if (channelAxis > 0)
        {
            axes[0] = input.Axes[0];
        }

        axes[channelAxis] = outputs;
        var output = call.Return(axes);
        (ChannelTensor, int)[] kernel = [.. Enumerable.Range(2, weight.Rank - 2).Select(axis => (weight, axis))];
        if (transposed)
        {
            call.Contract(input, [(weight, 1), .. kernel]);
        }
        else
        {
            call.Contract(output, [(weight, 1), .. kernel]);
        }
    }

    private static int[]? Dense(
        ChannelCall call, int[]? inputs, ChannelTensor weight, int inAxis, int outAxis, int groups)
    {
        call.Role(weight, inAxis, SlotRole.Consumes);
        call.Role(weight, outAxis, SlotRole.Produces);
        call.Consume(inputs);
        // The axis on the per-group side of the weight is shared by all groups; the other one holds them in turn.
        var ofInput = inAxis == 1 ? Tile(weight.Axes[inAxis], groups) : Tie(call, weight.Axes[inAxis], groups);
        call.Join(inputs, ofInput, groups > 1 ? Grouped : "reads an input whose channels are fixed");
        return outAxis == 1 ? Tile(weight.Axes[outAxis], groups) : Tie(call, weight.Axes[outAxis], groups);
    }

    private static int[]? Depthwise(ChannelCall call, int[]? inputs, ChannelTensor weight, bool transposed, int groups)
    {
        var weights = weight.Axes[0];
        var perGroup = (int)(transposed ? weight.Shape[1] : weight.Shape[0] / groups);
        call.Pin(weight.Axes[1], "is depthwise");
        var repeated = inputs?.SelectMany(slot => Enumerable.Repeat(slot, perGroup)).ToArray();
        if (!transposed)
        {
            return call.Join(repeated, weights, "reads an input whose channels are fixed");
        }

        call.Join(inputs, weights, "reads an input whose channels are fixed");
        return repeated;
    }

    private static int[]? Tile(int[]? slots, int groups)
        => slots is null ? null : [.. Enumerable.Range(0, groups).SelectMany(_ => slots)];

    // Position i of every group goes with position i of the first.
    private static int[]? Tie(ChannelCall call, int[]? slots, int groups)
    {
        var perGroup = (slots?.Length ?? 0) / groups;
        for (var i = perGroup; i < perGroup * groups; i++)
        {
            call.Join([slots![i % perGroup]], [slots[i]], Grouped);
        }

        return slots;
    }
}
