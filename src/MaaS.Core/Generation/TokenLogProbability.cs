namespace MaaS.Core.Generation;

/// <summary>How likely the model itself held a token to be, before penalties, bias, constraint and
/// temperature.</summary>
/// <param name="Token">The token.</param>
/// <param name="LogProbability">Natural logarithm of its probability, 0 or less.</param>
/// <param name="Top">The likeliest tokens, likeliest first; the chosen one need not be among them.</param>
public sealed record TokenLogProbability(
    long Token, double LogProbability, IReadOnlyList<TokenLogProbability> Top);
