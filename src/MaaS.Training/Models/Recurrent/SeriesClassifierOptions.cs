using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Sizes of a <see cref="SeriesClassifier"/>.</summary>
public sealed record SeriesClassifierOptions : SeriesOptions
{
    /// <summary>Number of logits, at least 1; one for yes or no.</summary>
    public required long Classes { get; init; }

    internal override OptionChecks AddTo(OptionChecks checks)
        => base.AddTo(checks).AtLeast(Classes, 1, nameof(Classes));
}
