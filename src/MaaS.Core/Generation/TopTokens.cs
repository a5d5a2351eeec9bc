namespace MaaS.Core.Generation;

/// <summary>The likeliest tokens without sorting the others.</summary>
internal static class TopTokens
{
    /// <summary>The tokens with the highest scores, highest first, the lower id first among equals.</summary>
    /// <param name="scores">One for each token.</param>
    /// <param name="count">How many, at most as many as there are scores.</param>
    public static int[] Of(ReadOnlySpan<float> scores, int count)
    {
        // The lowest of those kept stands first in the queue.
        var kept = new PriorityQueue<int, (float Score, int Descending)>(count + 1);
        for (var token = 0; token < scores.Length && count > 0; token++)
        {
            if (kept.Count < count)
            {
                kept.Enqueue(token, (scores[token], -token));
            }
            else if (scores[token] > scores[kept.Peek()])
            {
                kept.EnqueueDequeue(token, (scores[token], -token));
            }
        }

        var tokens = new int[kept.Count];
        for (var rank = tokens.Length - 1; rank >= 0; rank--)
        {
            tokens[rank] = kept.Dequeue();
        }

        return tokens;
    }
}
