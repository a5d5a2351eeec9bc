namespace MaaS.Training.Pruning;

/// <summary>A module cannot be pruned as asked; it is unchanged.</summary>
public sealed class PruningException : InvalidOperationException
{
    /// <summary>No reason given.</summary>
    public PruningException()
    {
    }

    /// <summary>With a reason.</summary>
    public PruningException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and what caused it.</summary>
    public PruningException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
