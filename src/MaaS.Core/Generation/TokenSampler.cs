namespace MaaS.Core.Generation;

/// <summary>Chooses tokens from logits. Not for several threads at once: it keeps the state of its random
/// numbers.</summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly Random _random;

    /// <summary>A sampler at the start of its random numbers.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TokenSampler(GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
#pragma warning disable CA5394 // Text, no secret: the seed must give the same numbers.
        _random = options.Seed is { } seed ? new Random(seed) : new Random();
#pragma warning restore CA5394
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">One for each token of the vocabulary; −∞ for tokens that must not come.</param>
    /// <param name="history">Tokens of the prompt and the text so far, for the repetition penalty.</param>
    /// <exception cref="ArgumentException">No logit is above −∞, or one is NaN or +∞.</exception>
    public long Next(ReadOnlySpan<float> logits, IEnumerable<long> history)
    {
        var scores = Scores(logits, history);
        if (_options.Temperature == 0)
        {
            return Array.IndexOf(scores, scores.Max());
        }

        var (tokens, probabilities) = Candidates(scores);
#pragma warning disable CA5394 // As above.
        var left = _random.NextDouble();
#pragma warning restore CA5394
        for (var i = 0; i < tokens.Length; i++)
        {
            left -= probabilities[i];
            if (left < 0)
            {
                return tokens[i];
            }
        }

        // Rounding can leave a little: the last token that can come at all takes it.
        return tokens[Array.FindLastIndex(probabilities, static p => p > 0)];
    }

    /// <summary>The probability of every token to be drawn; greedy choice puts all on one.</summary>
    /// <inheritdoc cref="Next"/>
    public double[] Probabilities(ReadOnlySpan<float> logits, IEnumerable<long> history)
    {
        var scores = Scores(logits, history);
        var all = new double[scores.Length];
        if (_options.Temperature == 0)
        {
            all[Array.IndexOf(scores, scores.Max())] = 1;
            return all;
        }

        var (tokens, probabilities) = Candidates(scores);
        for (var i = 0; i < tokens.Length; i++)
        {
            all[tokens[i]] = probabilities[i];
        }

        return all;
    }

    // Logits after the penalty, in double precision.
    private double[] Scores(ReadOnlySpan<float> logits, IEnumerable<long> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var scores = new double[logits.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = logits[i];
            if (!(scores[i] < double.PositiveInfinity))
            {
                throw new ArgumentException(
                    $"sampling: expected finite logits, got {scores[i]} for token {i}; the model's weights or inputs "
                        + "are broken.", nameof(logits));
            }
        }

        if (scores.Length == 0 || double.IsNegativeInfinity(scores.Max()))
        {
            throw new ArgumentException(
                $"sampling: expected a token that may come, got {scores.Length} logits of −∞.", nameof(logits));
        }

        if (_options.RepetitionPenalty != 1)
        {
            foreach (var token in history.Distinct().Where(t => t >= 0 && t < scores.Length))
            {
                scores[token] = scores[token] > 0
                    ? scores[token] / _options.RepetitionPenalty : scores[token] * _options.RepetitionPenalty;
            }
        }

        return scores;
    }

    // Tokens that may be drawn, likeliest first where the order matters, and their probabilities.
    private (int[] Tokens, double[] Probabilities) Candidates(double[] scores)
    {
        var tokens = Enumerable.Range(0, scores.Length).ToArray();
        var cut = _options.TopK > 0 && _options.TopK < scores.Length;
        if (cut || _options.TopP < 1)
        {
            // Stable: the lower id first among equals. Taking a few does not sort the rest.
            var likeliest = tokens.OrderByDescending(t => scores[t]);
            tokens = cut ? [.. likeliest.Take(_options.TopK)] : [.. likeliest];
        }

        var probabilities = Softmax(Array.ConvertAll(tokens, t => scores[t]));
        if (_options.TopP == 1)
        {
            return (tokens, probabilities);
        }

        var (kept, sum) = (0, 0.0);
        while (kept < tokens.Length && sum < _options.TopP)
        {
            sum += probabilities[kept++];
        }

        return (tokens[..kept], Array.ConvertAll(probabilities[..kept], p => p / sum));
    }

    private double[] Softmax(double[] scores)
    {
        var max = scores.Max();
        var powers = Array.ConvertAll(scores, s => Math.Exp((s - max) / _options.Temperature));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, p => p / sum);
    }
}
