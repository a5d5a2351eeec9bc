using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>A learner that wants to know what its features are made of, as networks that embed categories.</summary>
public interface IColumnLearner : ILearner
{
    /// <summary>Learns.</summary>
    /// <param name="cardinalities">How many categories each feature counts; 0 for a feature that is a number (see
    /// <see cref="Features.FittedFeatures.Cardinalities"/>).</param>
    /// <param name="features">(rows, features).</param>
    /// <param name="target">One a row.</param>
    /// <param name="weights">How much each row counts; null for 1 each.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    IFittedLearner Fit(
        IReadOnlyList<int> cardinalities, Matrix features, Target target, double[]? weights = null,
        CancellationToken cancellationToken = default);
}
