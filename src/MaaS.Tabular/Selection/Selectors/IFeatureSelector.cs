using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>A way to choose features, with its options; it holds no state.</summary>
public interface IFeatureSelector
{
    /// <summary>What the selector is called, as <c>variance</c>.</summary>
    string Name { get; }

    /// <summary>Chooses features by training rows.</summary>
    /// <param name="features">(rows, features), finite.</param>
    /// <param name="target">One a row.</param>
    /// <param name="weights">How much each row counts where the selector trains learners; null for 1 each.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>The places of the features that stay, in ascending order; at least one.</returns>
    /// <exception cref="ArgumentException">No feature would stay, or an option does not fit.</exception>
    int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default);
}
