namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>The rules that are under way: where each goes on when the one within it ends. Equal by content.</summary>
internal sealed class RuleStack : IEquatable<RuleStack>
{
    private readonly int _hash;

    public RuleStack(int back, RuleStack? outer, int depth)
    {
        (Back, Outer, Depth) = (back, outer, depth);
        _hash = HashCode.Combine(back, outer?._hash ?? 0);
    }

    /// <summary>The state behind the innermost rule.</summary>
    public int Back { get; }

    public RuleStack? Outer { get; }

    /// <summary>Levels of nesting so far.</summary>
    public int Depth { get; }

    public bool Equals(RuleStack? other)
    {
        var (a, b) = (this, other);
        while (!ReferenceEquals(a, b))
        {
            if (a is null || b is null || a._hash != b._hash || a.Back != b.Back)
            {
                return false;
            }

            (a, b) = (a.Outer, b.Outer);
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as RuleStack);

    public override int GetHashCode() => _hash;
}
