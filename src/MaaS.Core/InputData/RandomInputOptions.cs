namespace MaaS.Core.InputData;

/// <summary>What <see cref="RandomInputs"/> draws.</summary>
public sealed record RandomInputOptions
{
    /// <summary>How many runs. Default 16.</summary>
    public int Runs { get; init; } = 16;

    /// <summary>The seed. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Sizes of free axes by name, or by input and number where they have no name: <c>x[1]</c>. Other axes: 1
    /// for the first one of an input and for batches, 3 channels of 224 × 224 in images (4 axes), else 16.</summary>
    public IReadOnlyDictionary<string, long> Sizes { get; init; } = new Dictionary<string, long>();

    /// <summary>Inputs that hold one value throughout, by name.</summary>
    public IReadOnlyDictionary<string, double> Fills { get; init; } = new Dictionary<string, double>();
}
