using MaaS.Core.Metrics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>F1, area under the curve and top-k accuracy of classes, as scikit-learn takes them by default.</summary>
internal static class ClassScoring
{
    /// <summary>Precision, recall and F1 of each class that occurs, and their averages.</summary>
    /// <param name="predicted">(N), class indices.</param>
    /// <param name="actual">(N), class indices.</param>
    /// <returns>Averages leave out classes that neither occur nor are predicted.</returns>
    public static ClassificationReport Report(Tensor predicted, Tensor actual)
    {
        var (guesses, truths) = (TensorSpans.Indices(predicted), TensorSpans.Indices(actual));
        var matrix = new ConfusionMatrix(Math.Max(guesses.Max(), truths.Max()) + 1);
        matrix.Add(guesses, truths);
        return matrix.Report(ZeroDivision.NaN);
    }

    /// <summary>The area under the curve: of two classes that of the second, of more the mean of each against the
    /// rest.</summary>
    /// <param name="logits">(N, C).</param>
    /// <param name="actual">(N), class indices.</param>
    public static double Auc(Tensor logits, Tensor actual)
    {
        using var scope = NewDisposeScope();
        var shares = nn.functional.softmax(logits.to(ScalarType.Float64), 1);                // (N, C)
        return logits.shape[1] == 2
            ? RocAuc.Binary(TensorSpans.Floats(shares.select(1, 1)), TensorSpans.Indices(actual))
            : RocAuc.Macro(TensorSpans.Floats(shares), TensorSpans.Indices(actual));
    }
}
