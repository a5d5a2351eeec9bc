namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>A way from one state to another: by a byte of a range, through a whole rule, or by nothing.</summary>
/// <param name="Low">The range's first byte.</param>
/// <param name="High">The range's last byte.</param>
/// <param name="Rule">The rule to go through; null for a byte or nothing.</param>
/// <param name="Target">The state that it leads to.</param>
/// <param name="Empty">Whether it takes nothing.</param>
internal readonly record struct RuleEdge(byte Low, byte High, Rule? Rule, int Target, bool Empty)
{
    public bool IsByte => Rule is null && !Empty;
}
