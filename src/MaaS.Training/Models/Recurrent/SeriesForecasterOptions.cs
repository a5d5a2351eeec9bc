using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Sizes of a <see cref="SeriesForecaster"/>.</summary>
public sealed record SeriesForecasterOptions : SeriesOptions
{
    /// <summary>Steps to foretell, at least 1.</summary>
    public required long Horizon { get; init; }

    /// <summary>How many numbers of a step to foretell: the first ones; 1 to
    /// <see cref="SeriesOptions.Features"/>.</summary>
    public long Targets { get; init; } = 1;

    /// <summary>Whether the network foretells the change since the last step, which suits series that wander.</summary>
    public bool FromLast { get; init; } = true;

    internal override OptionChecks AddTo(OptionChecks checks)
        => base.AddTo(checks).AtLeast(Horizon, 1, nameof(Horizon))
            .That(
                Targets >= 1 && Targets <= Features, $"{nameof(Targets)} from 1 to {Features} Features, got {Targets}");
}
