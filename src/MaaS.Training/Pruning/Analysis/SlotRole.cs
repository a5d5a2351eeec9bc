namespace MaaS.Training.Pruning.Analysis;

/// <summary>What an axis of a parameter has to do with channels.</summary>
[Flags]
internal enum SlotRole
{
    /// <summary>It follows the channels of what it is combined with: biases, batch norm, depthwise weights.</summary>
    Follows = 0,

    /// <summary>Each position makes one output channel.</summary>
    Produces = 1,

    /// <summary>Each position reads one input channel.</summary>
    Consumes = 2,
}
