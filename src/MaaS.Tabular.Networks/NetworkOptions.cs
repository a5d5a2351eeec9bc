namespace MaaS.Tabular.Networks;

/// <summary>How a network on a table is trained.</summary>
public sealed record NetworkOptions
{
    /// <summary>Most passes over the rows, 1 or more.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Share of the rows by which training ends early, above 0 and below 1; the network does not learn from
    /// them.</summary>
    public double ValidationShare { get; init; } = 0.15;

    /// <summary>Epochs without a better loss on those rows after which training ends, 1 or more.</summary>
    public int Patience { get; init; } = 12;

    /// <summary>Rows of a step, 1 or more; null for 32 to 256 by the number of rows.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Step size, above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decoupled weight decay, 0 or more; not on biases and norms.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Share of values that training drops, 0 to below 1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Where it is trained, as <c>cpu</c>, <c>cuda</c> or <c>auto</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Seed of weights, order of rows and dropout.</summary>
    public int Seed { get; init; } = 1;
}
