namespace MaaS.Training.Checkpoints;

/// <summary>How a checkpoint's tensors and a model's parameters fit together.</summary>
/// <param name="Missing">Keys of tensors that the model needs and the checkpoint lacks; their parameters keep their
/// values.</param>
/// <param name="Unexpected">Keys of the checkpoint's tensors that the model has no place for.</param>
public sealed record CheckpointReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected)
{
    /// <summary>Keys of the checkpoint's tensors that the model took.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];

    /// <summary>Those of <see cref="Taken"/> that the checkpoint holds in another layout, such as transposed, or in one
    /// matrix with others.</summary>
    public IReadOnlyList<string> Reshaped { get; init; } = [];

    /// <summary>Whether every tensor found its place.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count == 0;

    /// <summary>Both lists in words.</summary>
    public override string ToString() => IsComplete ? "all keys match"
        : $"missing [{string.Join(", ", Missing)}], unexpected [{string.Join(", ", Unexpected)}]";
}
