using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Logistic regression of two classes, multinomial of more, with L1 and L2 penalties.</summary>
/// <remarks>Minimises Σ weight · log loss + L1 · ‖w‖₁ + ½ L2 · ‖w‖²; intercepts are free. scikit-learn's
/// <c>LogisticRegression(C)</c> is L2 = 1 / C.</remarks>
public sealed class LogisticRegression : ILearner
{
    /// <summary>Strength of the penalty on absolute weights, 0 or more.</summary>
    public double L1 { get; init; }

    /// <summary>Strength of the penalty on squared weights, 0 or more.</summary>
    public double L2 { get; init; } = 1;

    /// <inheritdoc/>
    public string Name => L1 > 0 ? "logistic-regression-l1" : "logistic-regression";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new();

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => task == TabularTask.Classification;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights);
        var loss = new LogisticLoss(features, target, counts, L2);
        var start = new double[loss.Size];
        var solution = L1 > 0
            ? ProximalGradient.Minimise(loss.Evaluate, start, L1, loss.IsWeight, cancellationToken)
            : Lbfgs.Minimise(loss.Evaluate, start, cancellationToken);
        return loss.Model(solution);
    }
}
