namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>A regular expression as a tree.</summary>
internal abstract record PatternNode
{
    /// <summary>One character of a set.</summary>
    public sealed record Character(CharSet Set) : PatternNode;

    /// <summary>One after the other; nothing at all for none.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>One of several.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>So many times; without end for null.</summary>
    public sealed record Repeat(PatternNode Part, int Least, int? Most) : PatternNode;

    /// <summary>Any text.</summary>
    public static PatternNode Anything { get; } = new Repeat(new Character(CharSet.All), 0, null);

    /// <summary>Nothing.</summary>
    public static PatternNode Nothing { get; } = new Sequence([]);
}
