using MaaS.Core.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>A token of an answer with its log-probability.</summary>
/// <param name="LogProbability">Of the token and its alternatives.</param>
/// <param name="IsFirst">Whether its text begins a text: some tokenizers leave a space out there.</param>
/// <param name="Offset">Characters of the answer before it.</param>
internal readonly record struct ScoredToken(TokenLogProbability LogProbability, bool IsFirst, int Offset);
