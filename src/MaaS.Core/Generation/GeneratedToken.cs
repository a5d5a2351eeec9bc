namespace MaaS.Core.Generation;

/// <summary>One step of generation.</summary>
/// <param name="Id">The token; the stop token itself when <paramref name="Finish"/> is
/// <see cref="FinishReason.Stop"/>.</param>
/// <param name="Finish">Why this is the last token; <see cref="FinishReason.None"/> for every other.</param>
/// <param name="LogProbability">How likely it was, where asked for.</param>
/// <param name="CachedTokens">Tokens of the prompt whose keys and values were there already; 0 on all tokens but the
/// first.</param>
public readonly record struct GeneratedToken(
    long Id, FinishReason Finish, TokenLogProbability? LogProbability = null, int CachedTokens = 0);
