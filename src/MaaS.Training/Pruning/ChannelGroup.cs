using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning;

/// <summary>Channels that the same layers produce, and that are removed from all of these layers at once.</summary>
/// <remarks>Fang et al. 2023, section 3.2.</remarks>
public sealed class ChannelGroup
{
    internal ChannelGroup(
        string name, IReadOnlyList<string> layers, IReadOnlyList<string> consumers,
        IReadOnlyList<ChannelUnit> channelUnits, int unitSize)
        => (Name, Layers, Consumers, ChannelUnits, UnitSize) = (name, layers, consumers, channelUnits, unitSize);

    /// <summary>The path of the first layer that produces the channels; a further group of that layer ends in
    /// <c>#2</c>.</summary>
    public string Name { get; }

    /// <summary>The layers that produce the channels.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>The layers that read the channels.</summary>
    public IReadOnlyList<string> Consumers { get; }

    /// <summary>How many parts can be removed one by one: channels, or attention heads.</summary>
    public int Units => ChannelUnits.Count;

    /// <summary>Output channels of the first layer in one unit: 1, or the size of a head.</summary>
    public int UnitSize { get; }

    /// <summary>Channels of the first layer in all units.</summary>
    public int Channels => Units * UnitSize;

    internal IReadOnlyList<ChannelUnit> ChannelUnits { get; }

    /// <inheritdoc/>
    public override string ToString()
        => UnitSize == 1 ? $"{Name}: {Units} channels" : $"{Name}: {Units} units of {UnitSize} channels";
}
