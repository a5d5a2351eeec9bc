using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Pipelines;

/// <summary>What is trained on a table, and how it is measured.</summary>
public sealed record TabularTrainerOptions
{
    /// <summary>The column to predict.</summary>
    public required string Label { get; init; }

    /// <summary>Classes or numbers; null to find out from the label (see <see cref="Target.Of"/>).</summary>
    public TabularTask? Task { get; init; }

    /// <summary>What chooses the best learner, of <see cref="Metrics.TabularMetrics"/>; null for log loss or
    /// RMSE.</summary>
    public string? Metric { get; init; }

    /// <summary>Share of the rows that is held back and measured on once, above 0 and below 1; with
    /// <see cref="Group"/> or <see cref="Time"/> as near to it as whole groups or times come, which a note
    /// says.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>The rows that are held back, from 0 on, instead of a drawn share; equal rows are not left out then;
    /// null to draw.</summary>
    public IReadOnlyList<int>? HeldBack { get; init; }

    /// <summary>Folds of cross-validation on the other rows, 2 or more.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>How often cross-validation is repeated with other folds, 1 or more; null for 5 times on fewer than
    /// 1,000 rows, and once on more. Not with groups or time.</summary>
    public int? Repeats { get; init; }

    /// <summary>A column whose rows of one value stay together, as a customer's; null for none. It is no
    /// feature.</summary>
    public string? Group { get; init; }

    /// <summary>A column of dates or numbers by which rows are ordered: what is learned from comes before what is
    /// measured on, and rows of one time are on one side; null for none.</summary>
    public string? Time { get; init; }

    /// <summary>Columns that are no features, as numbers of rows.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Whether classes count alike, however many rows they have.</summary>
    public bool Balanced { get; init; }

    /// <summary>The learners to compare, by name; null for <see cref="TabularCandidates.Default"/>.</summary>
    public IReadOnlyDictionary<string, ILearner>? Candidates { get; init; }

    /// <summary>Learners that are compared after those of <see cref="Candidates"/> or its default, as the networks of
    /// MaaS.Tabular.Networks; null for none.</summary>
    public IReadOnlyDictionary<string, ILearner>? Further { get; init; }

    /// <summary>What is tuned after the candidates, by TPE with successive halving over folds of their own; null for
    /// <see cref="TabularSpaces.Default"/> where no candidates are named, and for nothing where they are.</summary>
    public IReadOnlyList<TunableLearner>? Spaces { get; init; }

    /// <summary>Most tuned trials, 0 or more; null for as many as the budget leaves time for, and for none without a
    /// budget.</summary>
    public int? Trials { get; init; }

    /// <summary>Whether the best candidates are joined: as a weighted mean and under a logistic or linear regression.
    /// Not in order of time, where no rows lie apart from those that a fold learns from.</summary>
    public bool Ensembles { get; init; } = true;

    /// <summary>Whether, where <see cref="Ensembles"/> are made, the plain mean of the five best is taken unless
    /// another one is better by more than two standard errors of the difference, five on fewer than 1,000 rows;
    /// otherwise the best of all.</summary>
    public bool PrefersMean { get; init; } = true;

    /// <summary>Time for everything: candidates are compared and tuned for three quarters of it, then the best is
    /// fitted on all rows; what is not done by then is left out; null for any.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Folds that are fitted at a time; 0 for one a core.</summary>
    public int Parallelism { get; init; }

    /// <summary>Seed of splits and learners.</summary>
    public int Seed { get; init; } = 1;

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Label);
        List<string> faults = [];
        void Expect(bool holds, string what)
        {
            if (!holds)
            {
                faults.Add(what);
            }
        }

        Expect(TestShare is > 0 and < 1, $"TestShare: expected a share above 0 and below 1, got {TestShare}");
        Expect(Folds >= 2, $"Folds: expected 2 or more, got {Folds}");
        Expect(Repeats is null or >= 1, $"Repeats: expected 1 or more, got {Repeats}");
        Expect(Parallelism >= 0, $"Parallelism: expected 0 or more, got {Parallelism}");
        Expect(Budget is null || Budget > TimeSpan.Zero, $"Budget: expected a time above 0, got {Budget}");
        Expect(Trials is null or >= 0, $"Trials: expected 0 or more, got {Trials}");
        Expect(Group is null || Time is null, "Group and Time: expected at most one of them");
        Expect(HeldBack is null || (Group is null && Time is null), "HeldBack: expected none beside Group or Time");
        Expect(Candidates?.Count != 0, "Candidates: expected at least one");
        if (faults.Count > 0)
        {
            throw new ArgumentException($"tabular training: {string.Join("; ", faults)}.");
        }
    }
}
