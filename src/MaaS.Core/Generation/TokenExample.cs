namespace MaaS.Core.Generation;

/// <summary>Tokens of which some are to be foretold.</summary>
/// <param name="Ids">At least two.</param>
/// <param name="Counts">As many: whether a token is to be foretold from those before it; the first never is.</param>
public sealed record TokenExample(IReadOnlyList<int> Ids, IReadOnlyList<bool> Counts)
{
    /// <summary>Tokens that count.</summary>
    public int Counting => Counts.Skip(1).Count(static c => c);

    /// <summary>A text of which every token but the first counts.</summary>
    public static TokenExample Of(IReadOnlyList<int> ids)
        => new(ids, [.. Enumerable.Range(0, ids.Count).Select(static i => i > 0)]);
}
