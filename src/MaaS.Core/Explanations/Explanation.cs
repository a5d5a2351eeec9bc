namespace MaaS.Core.Explanations;

/// <summary>What each part of one input contributes to one output.</summary>
/// <param name="Target">Index of the explained output.</param>
/// <param name="Value">The explained output for the whole input: a probability where the outputs are logits of
/// classes.</param>
/// <param name="BaseValue">The same for an input of which every part is taken out.</param>
/// <param name="Contributions">One number a part, positive where the part speaks for the target.</param>
public sealed record Explanation(int Target, double Value, double BaseValue, IReadOnlyList<double> Contributions);
