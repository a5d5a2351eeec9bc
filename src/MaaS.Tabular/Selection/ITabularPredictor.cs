using MaaS.Onnx;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>From the columns of a table to predictions: a fitted learner with its features, or several in
/// one.</summary>
public interface ITabularPredictor
{
    /// <summary>The columns that are used.</summary>
    TableSchema Schema { get; }

    /// <summary>How far the graph may be from <see cref="Predict"/>; see
    /// <see cref="IFittedLearner.Tolerance"/>.</summary>
    double Tolerance => IFittedLearner.DefaultTolerance;

    /// <summary>Predictions of rows.</summary>
    /// <returns>(rows, classes) probabilities, or (rows, 1) numbers.</returns>
    Matrix Predict(Table table);

    /// <summary>Writes features and learner into a graph that has the columns as inputs by name.</summary>
    /// <param name="graph">Gets nodes of ONNX, of <c>ai.onnx.ml</c> 3 and of ONNX Runtime's own domain.</param>
    /// <returns>(N, outputs), float64.</returns>
    string Write(GraphBuilder graph);
}
