namespace MaaS.Training.Baselines;

/// <summary>A language model that counts: the next token's probability after the few before it.</summary>
/// <remarks>
/// Witten and Bell 1991, method C, interpolated (Chen and Goodman 1998, equation 13):
/// P(w|h) = (c(h w) + t(h) · P(w|h')) / (c(h) + t(h)), where t(h) is the number of different tokens that came after h
/// and h' is h without its first token; without a history P is uniform.
/// </remarks>
public sealed class NgramModel
{
    private readonly int _order;
    private readonly int _vocabulary;
    private readonly Dictionary<Key, int> _counts = [];
    private readonly Dictionary<Key, (int Tokens, int Kinds)> _histories = [];

    private NgramModel(int order, int vocabulary) => (_order, _vocabulary) = (order, vocabulary);

    /// <summary>Counts a text.</summary>
    /// <param name="tokens">Ids from 0 to <paramref name="vocabulary"/> − 1.</param>
    /// <param name="order">1 for single tokens, 2 for pairs, 3 for threes.</param>
    /// <param name="vocabulary">Number of tokens that can come.</param>
    public static NgramModel Fit(ReadOnlySpan<int> tokens, int order, int vocabulary)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        var model = new NgramModel(order, vocabulary);
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var length = 0; length < Math.Min(order, i + 1); length++)
            {
                model.Count(tokens.Slice(i - length, length), tokens[i]);
            }
        }

        return model;
    }

    /// <summary>The probability of a token; over all tokens they sum to 1.</summary>
    /// <param name="history">What came before; only the last tokens count.</param>
    /// <param name="token">What may come.</param>
    public double Probability(ReadOnlySpan<int> history, int token)
    {
        var probability = 1.0 / _vocabulary;
        for (var length = 0; length < Math.Min(_order, history.Length + 1); length++)
        {
            var seen = history[^length..];
            if (_histories.TryGetValue(Key.Of(seen, -1), out var after))
            {
                _counts.TryGetValue(Key.Of(seen, token), out var count);
                probability = (count + after.Kinds * probability) / (after.Tokens + after.Kinds);
            }
        }

        return probability;
    }

    /// <summary>Perplexity of a text: how many equally likely tokens would be as hard to foretell. Its first token
    /// counts too.</summary>
    /// <exception cref="ArgumentException">The text has no tokens.</exception>
    public double Perplexity(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("n-grams: expected at least one token, got none.", nameof(tokens));
        }

        var sum = 0.0;
        for (var i = 0; i < tokens.Length; i++)
        {
            sum -= Math.Log(Probability(tokens[..i], tokens[i]));
        }

        return Math.Exp(sum / tokens.Length);
    }

    private void Count(ReadOnlySpan<int> history, int token)
    {
        var (all, kinds) = _histories.GetValueOrDefault(Key.Of(history, -1));
        var key = Key.Of(history, token);
        var count = _counts.GetValueOrDefault(key);
        _counts[key] = count + 1;
        _histories[Key.Of(history, -1)] = (all + 1, kinds + (count == 0 ? 1 : 0));
    }

    // A history of up to two tokens and what follows; −1 stands for none.
    private readonly record struct Key(int First, int Second, int Token)
    {
        public static Key Of(ReadOnlySpan<int> history, int token)
            => new(history.Length > 1 ? history[^2] : -1, history.Length > 0 ? history[^1] : -1, token);
    }
}
