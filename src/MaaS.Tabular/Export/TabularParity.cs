using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Export;

/// <summary>How far an exported model is from what was fitted.</summary>
/// <param name="Rows">Rows compared.</param>
/// <param name="LargestDifference">Of a probability, or of a number relative to the larger of 1 and its size.</param>
/// <param name="DifferentLabels">Rows whose label differs; of models in float32 those apart whose two labels are as
/// probable up to twice the tolerance.</param>
/// <param name="Tolerance">What difference is allowed.</param>
public sealed record TabularParity(
    int Rows, double LargestDifference, int DifferentLabels, double Tolerance = IFittedLearner.DefaultTolerance)
{
    private const int BatchRows = 4096;

    /// <summary>Whether no label differs and no number by more than the tolerance.</summary>
    public bool Holds => DifferentLabels == 0 && LargestDifference <= Tolerance;

    /// <summary>Runs ONNX Runtime beside the fitted model on every row.</summary>
    /// <param name="fit">What was fitted.</param>
    /// <param name="model">What <see cref="TabularOnnx.Write"/> made of it.</param>
    /// <param name="classes">Names of the classes; empty for numbers.</param>
    /// <param name="table">The rows.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    public static TabularParity Compare(
        ITabularPredictor fit, OnnxModel model, IReadOnlyList<string> classes, Table table,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var session = InferenceModel.Load(model.ToByteArray(), "tabular");
        return new TabularParity(0, 0, 0).With(fit, session, classes, table, cancellationToken);
    }

    /// <summary>Runs ONNX Runtime beside the fitted model on every row of a table that comes in batches.</summary>
    /// <param name="fit">What was fitted.</param>
    /// <param name="model">What <see cref="TabularOnnx.Write"/> made of it.</param>
    /// <param name="classes">Names of the classes; empty for numbers.</param>
    /// <param name="batches">The rows.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    public static async Task<TabularParity> CompareAsync(
        ITabularPredictor fit, OnnxModel model, IReadOnlyList<string> classes, IAsyncEnumerable<Table> batches,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        using var session = InferenceModel.Load(model.ToByteArray(), "tabular");
        var parity = new TabularParity(0, 0, 0);
        await foreach (var batch in batches.ConfigureAwait(false))
        {
            parity = parity.With(fit, session, classes, batch, cancellationToken);
        }

        return parity;
    }

    private TabularParity With(
        ITabularPredictor fit, InferenceModel session, IReadOnlyList<string> classes, Table table,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(table);
        var (largest, different) = (LargestDifference, DifferentLabels);
        for (var start = 0; start < table.Rows; start += BatchRows)
        {
            var batch = table.Take([.. Enumerable.Range(start, Math.Min(BatchRows, table.Rows - start))]);
            var expected = fit.Predict(batch);
            using var actual = session.Run(TableInputs.Of(batch, session.Inputs), cancellationToken: cancellationToken);
            for (var row = 0; row < batch.Rows; row++)
            {
                var values = expected.Row(row);
                if (classes.Count == 0)
                {
                    var difference = Math.Abs(values[0] - actual[TabularOnnx.Prediction].AsSpan<double>()[row]);
                    largest = Larger(largest, difference / Math.Max(1, Math.Abs(values[0])));
                    continue;
                }

                different += IsOther(actual[TabularOnnx.Label].Strings[row], classes, values, fit.Tolerance) ? 1 : 0;
                for (var c = 0; c < values.Length; c++)
                {
                    largest = Larger(
                        largest,
                        Math.Abs(
                            values[c] - actual[TabularOnnx.Probabilities].AsSpan<float>()[row * values.Length + c]));
                }
            }
        }

        return this with
        {
            Rows = Rows + table.Rows,
            LargestDifference = largest,
            DifferentLabels = different,
            Tolerance = fit.Tolerance,
        };
    }

    private static bool IsOther(
        string label, IReadOnlyList<string> classes, ReadOnlySpan<double> probabilities, double tolerance)
    {
        var (best, other) = (ClassMetrics.Best(probabilities), classes.Index().First(c => c.Item == label).Index);
        var tie = tolerance > IFittedLearner.DefaultTolerance ? 2 * tolerance : 0;
        return other != best && !(probabilities[best] - probabilities[other] <= tie && tie > 0);
    }

    // NaN is the largest of all.
    private static double Larger(double a, double b) => double.IsNaN(a) || a > b ? a : b;
}
