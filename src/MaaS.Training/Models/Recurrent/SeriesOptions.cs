using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Sizes of the recurrent networks that read sequences of numbers.</summary>
public record SeriesOptions
{
    /// <summary>Numbers of a step, at least 1.</summary>
    public required long Features { get; init; }

    /// <summary>The cell.</summary>
    public RecurrentKind Kind { get; init; } = RecurrentKind.Lstm;

    /// <summary>Size of each direction's state, at least 1.</summary>
    public long Hidden { get; init; } = 64;

    /// <summary>Layers, at least 1.</summary>
    public long Layers { get; init; } = 1;

    /// <summary>Whether every layer also reads backwards.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>How the last layer's outputs become one vector.</summary>
    public SequencePooling Pooling { get; init; } = SequencePooling.Last;

    /// <summary>Share of values dropped between layers and before the last one, 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => AddTo(new OptionChecks(GetType().Name)).ThrowIfAny();

    internal virtual OptionChecks AddTo(OptionChecks checks) => checks
        .AtLeast(Features, 1, nameof(Features))
        .Defined(Kind, nameof(Kind))
        .AtLeast(Hidden, 1, nameof(Hidden))
        .AtLeast(Layers, 1, nameof(Layers))
        .Defined(Pooling, nameof(Pooling))
        .Share(Dropout, nameof(Dropout));
}
