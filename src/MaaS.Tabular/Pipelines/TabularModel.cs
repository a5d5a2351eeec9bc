using MaaS.Onnx;
using MaaS.Tabular.Explanations;
using MaaS.Tabular.Export;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Pipelines;

/// <summary>The best of several learners, with what is known of it.</summary>
public sealed class TabularModel
{
    /// <summary>The schema of the inputs in a package.</summary>
    public const string SchemaFile = TabularPackage.SchemaFile;

    /// <summary>The model card in a package.</summary>
    public const string CardFile = "card.md";

    /// <summary>The leaderboard in a package.</summary>
    public const string LeaderboardFile = "leaderboard.json";

    internal TabularModel()
    {
    }

    /// <summary>From columns to predictions.</summary>
    public required ITabularPredictor Fit { get; init; }

    /// <summary>The column that is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>Classes or numbers.</summary>
    public required TabularTask Task { get; init; }

    /// <summary>Names of the classes in the order of the probabilities; empty for numbers.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The candidate that was chosen.</summary>
    public required string Best { get; init; }

    /// <summary>All candidates in cross-validation.</summary>
    public required Leaderboard Leaderboard { get; init; }

    /// <summary>Every measure on the rows that were held back; nothing was chosen by them.</summary>
    public required IReadOnlyDictionary<string, double> TestScores { get; init; }

    /// <summary>What tuning chose for the best; empty where it was not tuned.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The models of an ensemble, with their weights where it has some; empty where the best is
    /// none.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Between what bounds the leaderboard's measure lies on the rows that were held back.</summary>
    public required BootstrapInterval TestInterval { get; init; }

    /// <summary>The rows that were learned from, without the label.</summary>
    public required Table Train { get; init; }

    /// <summary>The rows that were held back, without the label.</summary>
    public required Table Test { get; init; }

    /// <summary>What was left out and what the label is, for people.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The labels of the rows that were learned from.</summary>
    public required Target TrainTarget { get; init; }

    /// <summary>The labels of the rows that were held back.</summary>
    public required Target TestTarget { get; init; }

    /// <summary>The measure of the leaderboard.</summary>
    public required Metric Metric { get; init; }

    internal int Seed { get; init; }

    /// <summary>Predictions of rows.</summary>
    /// <returns>(rows, classes) probabilities, or (rows, 1) numbers.</returns>
    public Matrix Predict(Table table) => Fit.Predict(table);

    /// <summary>The most probable class of each row.</summary>
    /// <exception cref="InvalidOperationException">The model predicts numbers.</exception>
    public IReadOnlyList<string> PredictClasses(Table table)
    {
        if (Task == TabularTask.Regression)
        {
            throw new InvalidOperationException(
                "PredictClasses: expected a classifier, the model predicts numbers; use Predict.");
        }

        var predictions = Predict(table);
        return [.. Enumerable.Range(0, predictions.Rows)
            .Select(row => Classes[ClassMetrics.Best(predictions.Row(row))])];
    }

    /// <summary>What the model looks at, by rows that it did not learn from.</summary>
    /// <param name="limit">Time for it; what is not done by then is left out; null for any.</param>
    /// <param name="cancellationToken">Stops.</param>
    public TabularExplanation Explain(TimeSpan? limit = null, CancellationToken cancellationToken = default)
        => TabularExplanation.Of(
            Fit, Train, Test, TestTarget, Metric, limit: limit, seed: Seed, cancellationToken: cancellationToken);

    /// <summary>A page without scripts, all of it in one file: scores, candidates, mistakes, what the model looks
    /// at.</summary>
    /// <param name="explanation">As <see cref="Explain"/> makes it.</param>
    /// <param name="latency">How long ONNX Runtime takes for a row; null to leave it out.</param>
    public string ToHtml(TabularExplanation explanation, RowLatency? latency = null)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        return TabularReport.Render(this, explanation, latency);
    }

    /// <summary>What the model is, what it was measured by and where its limits are, in Markdown; a package has
    /// it.</summary>
    /// <param name="name">Name of the model.</param>
    public string Card(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ModelCard.Write(this, name);
    }

    /// <summary>The model in ONNX, compared with this one on all training and held-back rows.</summary>
    /// <param name="parity">How far the two are apart.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    /// <exception cref="InvalidOperationException">A label differs, or a number by more than 1e-6 (1e-4 with
    /// networks, which compute in float32).</exception>
    public OnnxModel ToOnnx(out TabularParity parity, CancellationToken cancellationToken = default)
    {
        var model = TabularOnnx.Write(Fit, Classes);
        var (train, test) = (
            TabularParity.Compare(Fit, model, Classes, Train, cancellationToken),
            TabularParity.Compare(Fit, model, Classes, Test, cancellationToken));
        parity = new TabularParity(
            train.Rows + test.Rows, Math.Max(train.LargestDifference, test.LargestDifference),
            train.DifferentLabels + test.DifferentLabels, Fit.Tolerance);
        return parity.Holds
            ? model
            : throw new InvalidOperationException(
                $"export of {Best}: expected the same predictions in ONNX Runtime, got {parity.DifferentLabels} other "
                    + $"labels in "
                    + $"{parity.Rows} rows and a difference of {parity.LargestDifference:g3}.");
    }

    /// <summary>Writes a package that serves: network, schema, leaderboard, test scores and model card.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>How far the network is from this model.</returns>
    public async Task<TabularParity> SavePackageAsync(
        string path, string name, CancellationToken cancellationToken = default)
    {
        var model = ToOnnx(out var parity, cancellationToken);
        await new TabularPackage
        {
            Name = name,
            Description = $"Predicts {Label}: {Best}.",
            Task = Task,
            Classes = Classes,
            Schema = Fit.Schema,
            Rows = Train,
            Metrics = TestScores,
            Hyperparameters = new Dictionary<string, string>
            {
                ["candidate"] = Best,
                ["metric"] = Leaderboard.Metric,
                ["seed"] = $"{Seed}",
                ["rows"] = $"{Train.Rows}",
                // A learner may have a parameter of the same name as one of the above.
            }.Concat(Parameters.Select(static p => KeyValuePair.Create($"learner.{p.Key}", p.Value)))
                .Concat(Members.Select(static (m, i) => KeyValuePair.Create($"member {i + 1}", m))).ToDictionary(),
        }.WriteAsync(
            path, model,
            new Dictionary<string, string> { [CardFile] = Card(name), [LeaderboardFile] = Leaderboard.ToJson() },
            cancellationToken).ConfigureAwait(false);
        return parity;
    }
}
