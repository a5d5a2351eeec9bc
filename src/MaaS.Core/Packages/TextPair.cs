namespace MaaS.Core.Packages;

/// <summary>Two texts as a network reads them in one row.</summary>
/// <param name="Ids">Tokens of both, special ones included.</param>
/// <param name="TypeIds">For each token the text that it belongs to, 0 or 1, as the tokenizer's template says.</param>
public sealed record TextPair(IReadOnlyList<int> Ids, IReadOnlyList<int> TypeIds);
