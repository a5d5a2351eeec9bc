namespace MaaS.Training.Pruning;

/// <summary>What a goal counts.</summary>
public enum PruningMeasure
{
    /// <summary>Channels and heads that can be pruned.</summary>
    Channels,

    /// <summary>Multiply–accumulates of a forward pass over the examples.</summary>
    Macs,

    /// <summary>Elements of all parameters.</summary>
    Parameters,

    /// <summary>Fastest of several forward passes over the examples.</summary>
    Latency,
}
