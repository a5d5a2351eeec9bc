namespace MaaS.Core.Generation;

/// <summary>A piece of generated text.</summary>
/// <param name="Text">What follows the pieces before; may be empty while a character is not complete, or while a stop
/// text may be coming.</param>
/// <param name="Token">The token that came with it.</param>
/// <param name="Finish">Why this is the last piece; <see cref="FinishReason.None"/> for every other.</param>
/// <param name="LogProbability">How likely the token was, where asked for.</param>
/// <param name="CachedTokens">Tokens of the prompt whose keys and values were there already; 0 on all pieces but the
/// first.</param>
public readonly record struct GeneratedText(
    string Text, long Token, FinishReason Finish, TokenLogProbability? LogProbability = null, int CachedTokens = 0);
