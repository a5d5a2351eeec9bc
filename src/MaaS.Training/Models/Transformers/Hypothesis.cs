namespace MaaS.Training.Models.Transformers;

/// <summary>A sequence that a search found.</summary>
/// <param name="Tokens">What comes after the start token; the end token is last unless the length ran out.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
/// <param name="Score">The logarithm over the length penalty; hypotheses are ranked by it.</param>
public sealed record Hypothesis(IReadOnlyList<long> Tokens, double LogProbability, double Score);
