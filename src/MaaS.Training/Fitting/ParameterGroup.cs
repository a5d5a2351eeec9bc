using TorchSharp.Modules;

namespace MaaS.Training.Fitting;

/// <summary>Parameters that are trained alike, for an optimizer of one's own.</summary>
/// <param name="Parameters">What the optimizer changes, in the order of <paramref name="Names"/>.</param>
/// <param name="Names">Their names in the state dictionary.</param>
/// <param name="LearningRate">That of the options times the factor of the rules.</param>
/// <param name="WeightDecay">That of the rules, or of the options.</param>
public sealed record ParameterGroup(
    IReadOnlyList<Parameter> Parameters, IReadOnlyList<string> Names, double LearningRate, double WeightDecay);
