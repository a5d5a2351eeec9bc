using System.Diagnostics;
using MaaS.Tabular.Export;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Streaming;

/// <summary>What was learned from a table that is larger than memory.</summary>
public sealed class StreamedModel
{
    private readonly StreamedTable _stream;
    private readonly Table _sample;
    private readonly int _seed;

    internal StreamedModel(StreamedTable stream, Table sample, int seed)
        => (_stream, _sample, _seed) = (stream, sample, seed);

    /// <summary>From columns to predictions.</summary>
    public required TabularFit Fit { get; init; }

    /// <summary>What is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>Classes or numbers.</summary>
    public required TabularTask Task { get; init; }

    /// <summary>Names of the classes in the order of the probabilities; empty for numbers.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Every measure on the rows that were held back; nothing was learned from them.</summary>
    public required IReadOnlyDictionary<string, double> TestScores { get; init; }

    /// <summary>The same of predicting the shares of the classes, or the mean, for every row.</summary>
    public required IReadOnlyDictionary<string, double> BaselineScores { get; init; }

    /// <summary>Rows that were learned from.</summary>
    public required int TrainRows { get; init; }

    /// <summary>Rounds of boosting that the model has.</summary>
    public required int Rounds { get; init; }

    /// <summary>Rows that were held back.</summary>
    public required int TestRows { get; init; }

    /// <summary>What was done, with its time.</summary>
    public required IReadOnlyList<StreamedStep> Steps { get; init; }

    /// <summary>Predictions of rows.</summary>
    /// <returns>(rows, classes) probabilities, or (rows, 1) numbers.</returns>
    public Matrix Predict(Table table) => Fit.Predict(table);

    /// <summary>Compares the model with its ONNX form on every row of the table, held-back ones included, and writes a
    /// package that serves.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <returns>How far the network is from this model, and the time of the comparison.</returns>
    /// <exception cref="InvalidOperationException">A label differs, or a number by more than 1e-6.</exception>
    public async Task<(TabularParity Parity, StreamedStep Step)> SavePackageAsync(
        string path, string name, CancellationToken cancellationToken = default)
    {
        var watch = Stopwatch.StartNew();
        var model = TabularOnnx.Write(Fit, Classes);
        var parity = await TabularParity.CompareAsync(
            Fit, model, Classes, _stream.ReadAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!parity.Holds)
        {
            throw new InvalidOperationException(
                $"export: expected the same predictions in ONNX Runtime, got {parity.DifferentLabels} other labels in "
                    + $"{parity.Rows} rows and a difference of {parity.LargestDifference:g3}.");
        }

        var step = new StreamedStep("comparison with ONNX Runtime", parity.Rows, watch.Elapsed.TotalSeconds);
        await new TabularPackage
        {
            Name = name,
            Description = $"Predicts {Label}: gradient boosting.",
            Task = Task,
            Classes = Classes,
            Schema = Fit.Features.Schema,
            Rows = _sample,
            Metrics = TestScores,
            Hyperparameters = new Dictionary<string, string>
            {
                ["candidate"] = "gradient-boosting",
                ["rounds"] = $"{Rounds}",
                ["seed"] = $"{_seed}",
                ["rows"] = $"{TrainRows}",
            },
        }.WriteAsync(path, model, new Dictionary<string, string>(), cancellationToken).ConfigureAwait(false);
        return (parity, step);
    }
}
