using MaaS.Onnx;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>What a learner learned. Safe for many threads at once.</summary>
public interface IFittedLearner
{
    /// <summary>Columns of a prediction: one a class, or one for a number.</summary>
    int Outputs { get; }

    /// <summary>Predicts one row.</summary>
    /// <param name="features">(features).</param>
    /// <param name="outputs">(<see cref="Outputs"/>): probabilities that sum to 1, or the number.</param>
    void Predict(ReadOnlySpan<double> features, Span<double> outputs);

    /// <summary>How far a probability, or a number relative to its size, of the graph may be from what
    /// <see cref="Predict"/> gives: 1e-6 where both compute in float64.</summary>
    double Tolerance => DefaultTolerance;

    /// <summary>Half a unit of float32's last digit and what sums in another order add to it.</summary>
    const double DefaultTolerance = 1e-6;

    /// <summary>Writes the same into a graph.</summary>
    /// <param name="graph">Gets nodes of ONNX and of <c>ai.onnx.ml</c> 3.</param>
    /// <param name="features">(N, features), float64.</param>
    /// <returns>(N, <see cref="Outputs"/>), float64.</returns>
    string Write(GraphBuilder graph, string features);
}

/// <summary>What all fitted learners can do.</summary>
public static class FittedLearnerExtensions
{
    /// <summary>Predicts many rows.</summary>
    /// <returns>(rows, outputs).</returns>
    public static Matrix Predict(this IFittedLearner learner, Matrix features)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(features);
        if (learner is IBatchLearner batch)
        {
            return batch.PredictBatch(features);
        }

        var outputs = new Matrix(features.Rows, learner.Outputs);
        Parallel.For(0, features.Rows, row => learner.Predict(features.Row(row), outputs.Row(row)));
        return outputs;
    }
}
