namespace MaaS.Text.Models;

/// <summary>What a pair of tokens becomes.</summary>
/// <param name="Rank">Merges of lower rank come first.</param>
/// <param name="Id">Of the merged token.</param>
internal readonly record struct BpeMerge(int Rank, int Id)
{
    /// <summary>A pair of ids as one number.</summary>
    public static ulong Key(int first, int second) => ((ulong)(uint)first << 32) | (uint)second;
}
