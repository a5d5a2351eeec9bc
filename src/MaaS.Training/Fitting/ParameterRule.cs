namespace MaaS.Training.Fitting;

/// <summary>How some parameters are trained otherwise than the rest. Of several rules that fit a parameter, each adds
/// what it states; where two state the same, the later one holds.</summary>
public sealed record ParameterRule
{
    /// <summary>Which parameters by their names in the state dictionary: <c>*</c> stands for any characters, <c>?</c>
    /// for one; a name without either also means everything below it, so <c>encoder</c> is
    /// <c>encoder.*</c>.</summary>
    public string Names { get; init; } = "*";

    /// <summary>Only parameters of at most so many axes, at least 0; null for all. Biases and the scales of norms have
    /// one.</summary>
    public int? MaxAxes { get; init; }

    /// <summary>Factor of the learning rate, 0 or more; null leaves it.</summary>
    public double? LearningRateFactor { get; init; }

    /// <summary>Weight decay, 0 or more; null leaves that of the options.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>First epoch in which the parameters change, 1 for the first; null leaves it at that. A number above the
    /// run's epochs freezes them for good.</summary>
    public int? FrozenUntilEpoch { get; init; }

    /// <summary>No weight decay on biases and on scales of norms.</summary>
    public static ParameterRule NoDecayOnNormsAndBiases { get; } = new() { MaxAxes = 1, WeightDecay = 0 };

    /// <summary>Learning rates that fall from layer to layer towards the input (Howard, Ruder 2018, section
    /// 3.1).</summary>
    /// <param name="layers">Names as in <see cref="Names"/>, from the input to the output.</param>
    /// <param name="factor">Rate of a layer by that of the next one, above 0 to 1; the last one keeps its
    /// rate.</param>
    public static IReadOnlyList<ParameterRule> LayerWise(IReadOnlyList<string> layers, double factor)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(factor, 1);
        return [
            .. layers.Select((name, i) => new ParameterRule
            {
                Names = name,
                LearningRateFactor = Math.Pow(factor, layers.Count - 1 - i),
            }),
        ];
    }
}
