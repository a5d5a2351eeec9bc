using MaaS.Training.Models.Recurrent;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models.Text;

/// <summary>Sizes of a <see cref="RecurrentClassifier"/>.</summary>
public sealed record RecurrentClassifierOptions
{
    /// <summary>Number of token ids, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Number of logits, at least 2.</summary>
    public long Classes { get; init; } = 2;

    /// <summary>The cell.</summary>
    public RecurrentKind Kind { get; init; } = RecurrentKind.Lstm;

    /// <summary>Size of a token's vector, at least 1.</summary>
    public long Embedding { get; init; } = 128;

    /// <summary>Size of each direction's state, at least 1.</summary>
    public long Hidden { get; init; } = 128;

    /// <summary>Layers, at least 1.</summary>
    public long Layers { get; init; } = 1;

    /// <summary>Whether every layer also reads backwards.</summary>
    public bool Bidirectional { get; init; } = true;

    /// <summary>How the last layer's outputs become one vector.</summary>
    public SequencePooling Pooling { get; init; } = SequencePooling.Last;

    /// <summary>Share of values dropped after the embedding, between layers and before the logits, 0 to below
    /// 1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => new OptionChecks(nameof(RecurrentClassifierOptions))
        .AtLeast(Vocabulary, 1, nameof(Vocabulary))
        .AtLeast(Classes, 2, nameof(Classes))
        .Defined(Kind, nameof(Kind))
        .AtLeast(Embedding, 1, nameof(Embedding))
        .AtLeast(Hidden, 1, nameof(Hidden))
        .AtLeast(Layers, 1, nameof(Layers))
        .Defined(Pooling, nameof(Pooling))
        .Share(Dropout, nameof(Dropout))
        .ThrowIfAny();
}
