namespace MaaS.Core.Generation;

/// <summary>One step of generation.</summary>
/// <param name="Id">The token; the stop token itself when <paramref name="Finish"/> is
/// <see cref="FinishReason.Stop"/>.</param>
/// <param name="Finish">Why this is the last token; <see cref="FinishReason.None"/> for every other.</param>
public readonly record struct GeneratedToken(long Id, FinishReason Finish);
