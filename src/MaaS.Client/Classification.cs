namespace MaaS.Client;

/// <summary>What a classifier says of a sample.</summary>
/// <param name="Label">The most probable label.</param>
/// <param name="Scores">The probability of each label, in the model's order.</param>
public sealed record Classification(string Label, IReadOnlyDictionary<string, double> Scores)
{
    /// <summary>The probability of <see cref="Label"/>.</summary>
    public double Score => Scores[Label];
}
