using MaaS.Tabular.Features;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>A way to learn from features, with its options. Learners hold no state: one may fit many models at
/// once.</summary>
public interface ILearner
{
    /// <summary>What the learner is called in tables, as <c>random-forest</c>.</summary>
    string Name { get; }

    /// <summary>The features that suit it.</summary>
    FeatureOptions Features { get; }

    /// <summary>Whether it can learn a task.</summary>
    bool Supports(TabularTask task);

    /// <summary>Learns.</summary>
    /// <param name="features">(rows, features), finite, but that <see cref="Features"/> may ask for NaN.</param>
    /// <param name="target">One a row.</param>
    /// <param name="weights">How much each row counts, 0 or more; null for 1 each.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <exception cref="ArgumentException">The sizes differ, or the task is not supported.</exception>
    IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default);
}
