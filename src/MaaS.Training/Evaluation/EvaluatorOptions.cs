namespace MaaS.Training.Evaluation;

/// <summary>How to evaluate.</summary>
public sealed record EvaluatorOptions
{
    /// <summary>Samples in one forward pass, at least 1.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Whether images are laid out channels-last in memory.</summary>
    public bool ChannelsLast { get; init; }
}
