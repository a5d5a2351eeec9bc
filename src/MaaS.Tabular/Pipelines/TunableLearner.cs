using MaaS.Registry.Studies;
using MaaS.Tabular.Learners;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Tabular.Pipelines;

/// <summary>A learner and the options of it that are tuned.</summary>
/// <param name="Name">What it is called, as <c>random-forest</c>.</param>
/// <param name="Space">Its options, none of which depends on another.</param>
/// <param name="Build">The learner of some values, one an option.</param>
public sealed record TunableLearner(
    string Name, SearchSpace Space, Func<IReadOnlyDictionary<string, ParameterValue>, ILearner> Build);
