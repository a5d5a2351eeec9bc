using System.Numerics.Tensors;

namespace MaaS.Core.Generation;

/// <summary>The tokens that may be drawn and their probabilities.</summary>
/// <param name="tokens">Null for all tokens by id.</param>
/// <param name="probabilities">One for each candidate; their sum is 1 up to rounding.</param>
internal readonly ref struct TokenCandidates(int[]? tokens, ReadOnlySpan<float> probabilities)
{
    private readonly ReadOnlySpan<float> _probabilities = probabilities;

    /// <summary>Those that temperature, min-p, top-k and top-p leave.</summary>
    /// <param name="scores">One for each token, at least one above −∞; overwritten.</param>
    /// <param name="options">Of a temperature above 0.</param>
    public static TokenCandidates Of(Span<float> scores, GenerationOptions options)
    {
        int[]? tokens = null;
        if (options.TopK > 0 && options.TopK < scores.Length)
        {
            tokens = TopTokens.Of(scores, options.TopK);
            scores = Gather(scores, tokens);
        }

        Softmax(scores, options.Temperature);
        if (options.MinP > 0)
        {
            var least = TensorPrimitives.Max<float>(scores) * (float)options.MinP;
            (tokens, scores) = Keep(tokens, scores, least);
        }

        return options.TopP < 1 ? Nucleus(tokens, scores, options.TopP) : new TokenCandidates(tokens, scores);
    }

    /// <summary>The token at a point of the cumulative probabilities.</summary>
    /// <param name="point">From 0, below 1.</param>
    public long Draw(double point)
    {
        var left = point * TensorPrimitives.Sum(_probabilities);
        var last = 0;
        for (var i = 0; i < _probabilities.Length; i++)
        {
            if (_probabilities[i] > 0)
            {
                last = i;
                left -= _probabilities[i];
                if (left < 0)
                {
                    break;
                }
            }
        }

        // Rounding can leave a little: the last token that can come at all takes it.
        return tokens is null ? last : tokens[last];
    }

    /// <summary>Writes each candidate's probability to its token's place.</summary>
    public void CopyTo(Span<double> all)
    {
        var sum = TensorPrimitives.Sum(_probabilities);
        for (var i = 0; i < _probabilities.Length; i++)
        {
            all[tokens is null ? i : tokens[i]] = _probabilities[i] / (double)sum;
        }
    }

    private static Span<float> Gather(ReadOnlySpan<float> scores, int[] tokens)
    {
        var gathered = new float[tokens.Length];
        for (var rank = 0; rank < tokens.Length; rank++)
        {
            gathered[rank] = scores[tokens[rank]];
        }

        return gathered;
    }

    private static void Softmax(Span<float> scores, double temperature)
    {
        // Differences to the highest first: dividing large scores by a small temperature would overflow.
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Multiply(scores, (float)Math.Clamp(1 / temperature, float.Epsilon, float.MaxValue), scores);
        TensorPrimitives.Exp(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
    }

    // Candidates of at least a probability, in their order.
    private static (int[] Tokens, float[] Probabilities) Keep(
        int[]? tokens, ReadOnlySpan<float> probabilities, float least)
    {
        List<int> kept = [];
        List<float> their = [];
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] >= least)
            {
                kept.Add(tokens is null ? i : tokens[i]);
                their.Add(probabilities[i]);
            }
        }

        return ([.. kept], [.. their]);
    }

    // The fewest likeliest whose sum reaches the share.
    private static TokenCandidates Nucleus(int[]? tokens, ReadOnlySpan<float> probabilities, double share)
    {
        var total = TensorPrimitives.Sum(probabilities);

        // Tokens below this could all be left out and the rest would still reach the share: only the others are sorted.
        // The likeliest stays in any case.
        var least = Math.Min(
            (float)((1 - share) * total / Math.Max(1, probabilities.Length - 1) * 0.999),
            TensorPrimitives.Max(probabilities));
        var (kept, their) = Keep(tokens, probabilities, least);
        var order = Enumerable.Range(0, kept.Length).OrderByDescending(i => their[i]).ToArray();
        var (count, sum) = (0, 0.0);
        while (count < order.Length && sum < share * total)
        {
            sum += their[order[count++]];
        }

        var nucleus = order[..count];
        return new TokenCandidates(
            Array.ConvertAll(nucleus, i => kept[i]), Array.ConvertAll(nucleus, i => their[i]));
    }
}
