namespace MaaS.Training.Images.Pipelines;

/// <summary>The network for images of a folder, and what its training sees of them.</summary>
public sealed record ImageModelOptions
{
    /// <summary>Least <see cref="Size"/>.</summary>
    public const int LeastSize = 8;

    /// <summary>Name in <see cref="Models.ModelCatalog"/>; without meaning where weights are fine-tuned.</summary>
    public string Architecture { get; init; } = "convnet";

    /// <summary>Height and width of an input, at least 8: the shorter side of an image is scaled, and its middle cut
    /// out. Null for 224 of pretrained networks and 64 of others.</summary>
    public int? Size { get; init; }

    /// <summary>Whether training sees random parts of the images, 35 to 100 % of their area, every other one
    /// mirrored.</summary>
    public bool Augment { get; init; }

    /// <summary>Whether every class counts the same, however many images it has.</summary>
    public bool BalancedClasses { get; init; }

    /// <summary>Epochs at the beginning in which the head of a pretrained network, which was fitted before, learns
    /// alone, 0 or more; batch norms keep their statistics meanwhile. A number of at least the run's epochs keeps all
    /// but the head as it was.</summary>
    public int FrozenEpochs { get; init; }

    /// <summary>Learning rate of a stage of a pretrained network by that of the next one, above 0 to 1; the head has
    /// the whole rate.</summary>
    public double LayerDecay { get; init; } = 0.5;

    /// <exception cref="ArgumentException">A value is out of its range; all of them are named.</exception>
    internal void Validate()
    {
        List<string> faults = [];
        if (Size is < LeastSize)
        {
            faults.Add($"{nameof(Size)}: expected at least {LeastSize}, got {Size}");
        }

        if (FrozenEpochs < 0)
        {
            faults.Add($"{nameof(FrozenEpochs)}: expected 0 or more, got {FrozenEpochs}");
        }

        if (LayerDecay is not (> 0 and <= 1))
        {
            faults.Add($"{nameof(LayerDecay)}: expected above 0 to 1, got {LayerDecay}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"ImageModelOptions: {string.Join("; ", faults)}.");
        }
    }
}
