using System.Diagnostics;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Streaming;

/// <summary>Gradient boosting on a table that is larger than memory.</summary>
/// <remarks>In memory are, besides a batch or row group of the file, the label and a byte for each row, the sample, and
/// LightGBM's byte for each feature and row with its gradients. Features are fitted on the sample; what they encode of
/// the label (target encoding) comes out of fold for the sample's rows, and from the sample alone for all others, so
/// that no row's features hold its own label.</remarks>
public static class StreamedTrainer
{
    /// <summary>Trains, and measures once on the rows held back.</summary>
    /// <param name="stream">All rows, the label among the columns.</param>
    /// <param name="options">What to predict and how.</param>
    /// <param name="progress">Gets each step as it is done; null for none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InvalidDataException">The label cannot be learned: missing, constant, a class of one
    /// row, or one that the draw left no row of on one side.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="DllNotFoundException">There is no LightGBM for this system.</exception>
    public static async Task<StreamedModel> TrainAsync(
        StreamedTable stream, StreamedTrainerOptions options, IProgress<StreamedStep>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        List<StreamedStep> steps = [];
        var watch = Stopwatch.StartNew();
        void Done(string step, int rows)
        {
            steps.Add(new StreamedStep(step, rows, watch.Elapsed.TotalSeconds));
            progress?.Report(steps[^1]);
            watch.Restart();
        }

        // 1: the label of every row, and the sample.
        var draw = new RowDraw(
            stream.Rows, options.TestShare, options.SampleRows, options.Seed,
            options.EarlyStopping is null ? 0 : options.ValidationShare);
        var (target, sample) = await ScanAsync(stream, options, draw, cancellationToken).ConfigureAwait(false);
        var (sampleRows, trainRows) = (draw.Rows(RowDraw.Part.Sample), draw.Rows(RowDraw.Part.Train));
        var testTarget = target.Take(draw.Rows(RowDraw.Part.Test));
        Check(target, testTarget, sampleRows, trainRows);
        Done("label and sample", stream.Rows);

        // 2: features of the sample. 3: those of all rows to LightGBM, batch by batch.
        var learner = options.Learner;
        var sampleTarget = target.Take(sampleRows);
        var (features, training) = FittedFeatures.Fit(sample, sampleTarget, learner.Features);
        Done("features of the sample", sampleRows.Length);
        using var rows = new LightGbm.RowSet(
            training, sampleRows.Length + trainRows.Length, learner.Parameters(target, learner.Threads));
        rows.Push(training);
        await EachAsync(
            stream, draw, RowDraw.Part.Train, batch => rows.Push(features.Transform(batch)), cancellationToken)
            .ConfigureAwait(false);
        Done("rows to LightGBM", stream.Rows);

        // 4: boosting.
        var trainTarget = target.Take([.. sampleRows, .. trainRows]);
        var (text, rounds) = options.EarlyStopping is { } patience
            ? await StopEarlyAsync(stream, draw, features, rows, trainTarget, target, learner.Rounds, patience,
                cancellationToken).ConfigureAwait(false)
            : rows.Train(Labels(trainTarget), learner.Rounds, cancellationToken);
        var fit = new TabularFit(features, GradientBoosting.Read(text, target));
        Done("boosting", trainTarget.Count);

        // 5: measured once, on rows that nothing was learned from.
        var predictions = new Matrix(testTarget.Count, fit.Learner.Outputs);
        var at = 0;
        await EachAsync(
            stream, draw, RowDraw.Part.Test, batch =>
            {
                var values = fit.Predict(batch).Values;
                values.CopyTo(predictions.Values, at);
                at += values.Length;
            },
            cancellationToken).ConfigureAwait(false);
        var scores = Scores(predictions, testTarget);
        Done("scoring of the rows held back", testTarget.Count);
        return new StreamedModel(stream, sample, options.Seed)
        {
            Fit = fit,
            Label = options.Above is { } above ? $"{options.Label} above {above}" : options.Label,
            Task = target.Task,
            Classes = target.Classes,
            TestScores = scores,
            BaselineScores = Scores(Baseline(trainTarget, testTarget.Count), testTarget),
            TrainRows = trainTarget.Count,
            Rounds = rounds,
            TestRows = testTarget.Count,
            Steps = steps,
        };
    }

    // The rows that say when boosting ends get their features as all others do.
    private static async Task<(string Text, int Rounds)> StopEarlyAsync(
        StreamedTable stream, RowDraw draw, FittedFeatures features, LightGbm.RowSet rows, Target trainTarget,
        Target target, int most, int patience, CancellationToken cancellationToken)
    {
        var validation = target.Take(draw.Rows(RowDraw.Part.Validation));
        if (validation.Count == 0)
        {
            throw new InvalidDataException(
                "early stopping: expected rows to measure on, the draw gave none; a table of so few rows fits into "
                    + "memory.");
        }

        using var others = new LightGbm.RowSet(rows, validation.Count);
        await EachAsync(
            stream, draw, RowDraw.Part.Validation, batch => others.Push(features.Transform(batch)), cancellationToken)
            .ConfigureAwait(false);
        return rows.Train(Labels(trainTarget), others, Labels(validation), most, patience, cancellationToken);
    }

    private static float[] Labels(Target target) => Array.ConvertAll(target.Values, static y => (float)y);

    private static async Task<(Target Target, Table Sample)> ScanAsync(
        StreamedTable stream, StreamedTrainerOptions options, RowDraw draw, CancellationToken cancellationToken)
    {
        List<Table> labels = [], samples = [];
        var before = 0;
        await foreach (var batch in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            labels.Add(new Table([Label(batch[options.Label], options.Above)]));
            samples.Add(draw.Take(RowDraw.Part.Sample, batch, before));
            before += batch.Rows;
        }

        return (
            Target.Of(Table.Concat(labels).Columns[0], options.Task),
            Table.Concat(samples).Without(options.Ignore.Append(options.Label).Distinct()));
    }

    private static Column Label(Column column, double? above) => above is not { } limit ? column
        : column is NumberColumn { Kind: ColumnKind.Number } numbers ? numbers.Above(limit)
        : throw new InvalidDataException(
            $"label '{column.Name}': expected numbers to compare with {limit}, got {column.Kind}.");

    private static void Check(Target target, Target test, int[] sampleRows, int[] trainRows)
    {
        if (test.Count == 0 || sampleRows.Length == 0)
        {
            throw new InvalidDataException(
                $"expected rows on both sides, the draw gave {sampleRows.Length + trainRows.Length} to learn from and "
                    + $"{test.Count} to hold back; a table of so few rows fits into memory.");
        }

        if (target.Task == TabularTask.Classification)
        {
            var (sample, held) = (target.Take(sampleRows).ClassCounts(), test.ClassCounts());
            var missing = Array.FindIndex(sample, static n => n == 0);
            missing = missing < 0 ? Array.FindIndex(held, static n => n == 0) : missing;
            if (missing >= 0)
            {
                throw new InvalidDataException(
                    $"label: class '{target.Classes[missing]}' has {target.ClassCounts()[missing]} rows, and the draw "
                        + "put none of them into the sample or into the rows held back; take a larger sample or leave "
                        + "the class out.");
            }
        }
    }

    private static async Task EachAsync(
        StreamedTable stream, RowDraw draw, RowDraw.Part part, Action<Table> act, CancellationToken cancellationToken)
    {
        var before = 0;
        await foreach (var batch in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            act(draw.Take(part, batch, before));
            before += batch.Rows;
        }
    }

    private static Matrix Baseline(Target train, int rows)
    {
        var learner = new ConstantLearner().Fit(new Matrix(train.Count, 1), train);
        return learner.Predict(new Matrix(rows, 1));
    }

    private static Dictionary<string, double> Scores(Matrix predictions, Target target)
        => TabularMetrics.Names(target.Task).ToDictionary(
            static name => name, name => TabularMetrics.Find(name, target.Task).Measure(predictions, target));
}
