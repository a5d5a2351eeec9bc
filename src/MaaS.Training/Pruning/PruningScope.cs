namespace MaaS.Training.Pruning;

/// <summary>Across what channels or weights compete.</summary>
public enum PruningScope
{
    /// <summary>Each group or layer loses the same share.</summary>
    Local,

    /// <summary>All groups or layers together: the least important anywhere go first.</summary>
    Global,
}
