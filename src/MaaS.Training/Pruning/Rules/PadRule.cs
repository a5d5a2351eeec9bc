using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Padding: axes that grow lose their channels, the others keep them.</summary>
internal sealed class PadRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
    [
        "pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d",
        "replication_pad2d", "replication_pad3d", "_pad_circular", "_pad_enum",
    ];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self");
        // last axis first, in pairs
        var padding = call.Ints("pad") is { Length: > 0 } pad ? pad : call.Ints("padding");
        var axes = input.Axes.ToArray();
        for (var i = 0; i < padding.Length; i++)
        {
            if (padding[i] != 0)
            {
                call.Pin(axes[^((i / 2) + 1)], "pads them");
                axes[^((i / 2) + 1)] = null;
            }
        }

        call.Return(axes);
    }
}
