using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Streaming;

/// <summary>What is learned from a table that is larger than memory, and how it is measured.</summary>
public sealed record StreamedTrainerOptions
{
    /// <summary>The column to predict.</summary>
    public required string Label { get; init; }

    /// <summary>Predicts whether the label's number is above this one; null for the label itself.</summary>
    public double? Above { get; init; }

    /// <summary>Classes or numbers; null to find out from the label (see <see cref="Target.Of"/>).</summary>
    public TabularTask? Task { get; init; }

    /// <summary>Share of the rows that is held back, drawn by the seed; above 0 and below 1.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Rows that the features and the bins of LightGBM are found on; 100 or more.</summary>
    public int SampleRows { get; init; } = 200_000;

    /// <summary>Columns that are no features.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>The learner; its rounds are the most where <see cref="EarlyStopping"/> is set. Others need all rows at
    /// once: <see cref="Pipelines.TabularTrainer"/>.</summary>
    public GradientBoosting Learner { get; init; } = new();

    /// <summary>Rounds without a lower loss on rows drawn for it after which boosting ends, 1 or more; the rounds up to
    /// the lowest stay. Null for all rounds, and all rows that are not held back to learn from.</summary>
    public int? EarlyStopping { get; init; }

    /// <summary>Share of the rows that are not held back which <see cref="EarlyStopping"/> measures on; above 0 and
    /// below 1.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Seed of the draws.</summary>
    public int Seed { get; init; } = 1;

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Label);
        if (TestShare is not (> 0 and < 1) || SampleRows < 100)
        {
            throw new ArgumentException(
                $"streamed training: expected a TestShare above 0 and below 1 and SampleRows of 100 or more, got "
                    + $"{TestShare} and {SampleRows}.");
        }

        if (EarlyStopping < 1 || ValidationShare is not (> 0 and < 1))
        {
            throw new ArgumentException(
                $"streamed training: expected EarlyStopping of 1 or more rounds and a ValidationShare above 0 and "
                    + $"below "
                    + $"1, got {EarlyStopping} and {ValidationShare}.");
        }
    }
}
