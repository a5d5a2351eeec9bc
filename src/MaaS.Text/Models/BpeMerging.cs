using System.Runtime.InteropServices;

namespace MaaS.Text.Models;

/// <summary>Merges the symbols of a word: lowest rank first, leftmost first among equals. O(n log n).</summary>
internal static class BpeMerging
{
    private const int None = -1;

    public static ReadOnlySpan<BpePart> Merge(List<BpePart> symbols, Dictionary<ulong, BpeMerge> table)
    {
        var parts = CollectionsMarshal.AsSpan(symbols);
        if (parts.Length < 2)
        {
            return parts;
        }

        var links = new (int Previous, int Next)[parts.Length];
        var queue = new PriorityQueue<Candidate, (int Rank, int Left)>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            links[i] = (i - 1, i + 1 < parts.Length ? i + 1 : None);
            if (i > 0)
            {
                Offer(queue, table, parts, i - 1, i);
            }
        }

        while (queue.TryDequeue(out var candidate, out _))
        {
            var (left, right) = (candidate.Left, candidate.Right);
            // Out of date when either side was merged meanwhile.
            if (parts[left].Id != candidate.LeftId || links[left].Next != right || parts[right].Id != candidate.RightId)
            {
                continue;
            }

            parts[left] = new(candidate.Id, parts[left].Start, parts[right].End);
            var (previous, next) = (links[left].Previous, links[right].Next);
            links[left].Next = next;
            parts[right] = parts[right] with { Id = None };
            if (next != None)
            {
                links[next].Previous = left;
                Offer(queue, table, parts, left, next);
            }

            if (previous != None)
            {
                Offer(queue, table, parts, previous, left);
            }
        }

        var kept = 0;
        for (var i = 0; i != None; i = links[i].Next)
        {
            parts[kept++] = parts[i];
        }

        return parts[..kept];
    }

    private static void Offer(
        PriorityQueue<Candidate, (
            int Rank, int Left)> queue, Dictionary<ulong, BpeMerge> table, ReadOnlySpan<BpePart> parts, int left,
            int right)
    {
        if (table.TryGetValue(BpeMerge.Key(parts[left].Id, parts[right].Id), out var merge))
        {
            queue.Enqueue(new(left, right, parts[left].Id, parts[right].Id, merge.Id), (merge.Rank, left));
        }
    }

    private readonly record struct Candidate(int Left, int Right, int LeftId, int RightId, int Id);
}
