using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>A classifier whose probabilities are made true by what it predicts out of fold; the learner itself learns
/// from all rows.</summary>
/// <param name="learner">The classifier.</param>
/// <remarks>Platt 1999, Zadrozny and Elkan 2002; scikit-learn's <c>CalibratedClassifierCV(ensemble=False)</c> of the
/// log odds ln(p / (1 − p)), p kept 1e-7 away from 0 and 1. Each class is calibrated against the others, and the
/// probabilities are scaled to a sum of 1. Calibrated probabilities are rounded to float32.</remarks>
public sealed class CalibratedLearner(ILearner learner) : IColumnLearner
{
    /// <summary>How.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.Platt;

    /// <summary>Folds of the stratified splits, 2 or more.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Seed of the splits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Other splits of so many rows, in which each row is in one test part; null for those above.</summary>
    public Func<Target, IReadOnlyList<Split>>? Splits { get; init; }

    /// <inheritdoc/>
    public string Name => $"{learner.Name} {Method switch { CalibrationMethod.Platt => "platt", _ => "isotonic" }}";

    /// <inheritdoc/>
    public FeatureOptions Features => learner.Features;

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => task == TabularTask.Classification && learner.Supports(task);

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        => Fit(null, features, target, weights, cancellationToken);

    /// <inheritdoc/>
    public IFittedLearner Fit(
        IReadOnlyList<int>? cardinalities, Matrix features, Target target, double[]? weights = null,
        CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights, takesNaN: true);
        var odds = new Matrix(target.Count, target.Outputs);
        foreach (var split in Splits?.Invoke(target) ?? Selection.Splits.Stratified(target, Folds, Seed))
        {
            var fold = Fitting.Fit(
                learner, cardinalities, features.Take(split.Train), target.Take(split.Train),
                Array.ConvertAll(split.Train, r => counts[r]), cancellationToken);
            var predicted = fold.Predict(features.Take(split.Test));
            for (var i = 0; i < split.Test.Length; i++)
            {
                CalibratedModel.LogOdds(predicted.Row(i), odds.Row(split.Test[i]));
            }
        }

        int[] classes = target.Outputs == 2 ? [1] : [.. Enumerable.Range(0, target.Outputs)];
        ICalibrator[] calibrators =
        [
            .. classes.Select(c => Calibrator(
                odds.Column(c), Array.ConvertAll(target.Values, y => y == c), counts)),
        ];
        return new CalibratedModel(
            Fitting.Fit(learner, cardinalities, features, target, weights, cancellationToken), calibrators);
    }

    private ICalibrator Calibrator(double[] scores, bool[] positive, double[] weights)
        => Method == CalibrationMethod.Platt ? SigmoidCalibrator.Fit(scores, positive, weights)
            : IsotonicCalibrator.Fit(scores, positive, weights);
}
