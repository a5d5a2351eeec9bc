namespace MaaS.Training.Models.Transformers.Lora;

/// <summary>What is trained of a model whose own weights stay.</summary>
public sealed record LoraOptions
{
    /// <summary>Columns r between the two small matrices, at least 1.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>What the change is multiplied by, over <see cref="Rank"/>; above 0.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Whether the change is divided by the root of the rank, not by the rank (Kalajdzievski 2023).</summary>
    public bool IsRankStabilized { get; init; }

    /// <summary>Share of the inputs of the small matrices that training drops, 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>The linear layers that are adapted, by the last part of their names: of a Llama <c>query</c>,
    /// <c>key</c>,
    /// <c>value</c>, <c>output</c>, <c>gate</c>, <c>up</c> and <c>down</c>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["query", "value"];

    /// <summary>What the product of the small matrices is multiplied by.</summary>
    public double Scale => Alpha / (IsRankStabilized ? Math.Sqrt(Rank) : Rank);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => new OptionChecks(nameof(LoraOptions))
        .AtLeast(Rank, 1, nameof(Rank))
        .That(Alpha > 0, $"{nameof(Alpha)} above 0, got {Alpha}")
        .Share(Dropout, nameof(Dropout))
        .That(Targets.Count > 0, $"{nameof(Targets)} of at least one name, got none")
        .ThrowIfAny();
}
