namespace MaaS.Training.Fitting;

/// <summary>When a run writes checkpoints, and which of them stay.</summary>
/// <param name="Folder">Holds one file a checkpoint, named after its step, and the best one's copy; created where it
/// does not exist. One run uses it at a time.</param>
public sealed record CheckpointOptions(string Folder)
{
    /// <summary>Name of the copy of the best epoch's checkpoint.</summary>
    public const string BestFile = "best.safetensors";

    /// <summary>Updates of the weights between two checkpoints, at least 1; null for none within epochs.</summary>
    public int? EverySteps { get; init; }

    /// <summary>Time between two checkpoints, above 0, checked after each update; null for none by time.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Epochs between two checkpoints, at least 1; null for none at the ends of epochs but the last one,
    /// and a better one where <see cref="KeepBest"/> keeps it.</summary>
    public int? EveryEpochs { get; init; } = 1;

    /// <summary>How many checkpoints stay, the newest ones, at least 1.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Whether the best epoch's checkpoint is kept as well, as <see cref="BestFile"/>.</summary>
    public bool KeepBest { get; init; } = true;
}
