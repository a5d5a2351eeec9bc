using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Tests.Selection;

/// <summary>A learner that never converges.</summary>
internal sealed class RefusingLearner : ILearner
{
    public string Name => "refusing";

    public FeatureOptions Features { get; } = new();

    public bool Supports(TabularTask task) => true;

    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        => throw new InvalidOperationException("refusing: no convergence.");
}
