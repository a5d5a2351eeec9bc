using System.Numerics.Tensors;
using System.Security.Cryptography;

namespace MaaS.Core.Generation;

/// <summary>Chooses the tokens of one text from logits. Not for several threads at once: it keeps the text's tokens and
/// the state of its random numbers.</summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly ITokenConstraintState? _constraint;
    private readonly TokenCounts _counts;
    private readonly SplitMix _random;
    private float[] _scores = [];

    /// <summary>A sampler at the start of a text.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="prompt">Tokens that stand before the text, for the repetition penalty; null for none.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the constraint cannot end a text with the
    /// options' stop tokens.</exception>
    public TokenSampler(GenerationOptions options, IReadOnlyList<long>? prompt = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _constraint = options.Constraint?.Start(options.StopTokens);
        _counts = new TokenCounts(options, prompt ?? []);
        _random = new SplitMix(options.Seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))));
    }

    /// <summary>Draws the next token, which <see cref="Accept"/> makes part of the text.</summary>
    /// <param name="logits">One for each token of the vocabulary; −∞ for tokens that must not come.</param>
    /// <exception cref="ArgumentException">No logit is above −∞, or one is NaN or +∞.</exception>
    public long Next(ReadOnlySpan<float> logits)
    {
        var scores = Scores(logits);
        if (_options.Temperature == 0)
        {
            return TensorPrimitives.IndexOfMax(scores);
        }

        var candidates = TokenCandidates.Of(scores, _options);
        return candidates.Draw(_random.NextDouble());
    }

    /// <summary>Makes a token part of the text.</summary>
    /// <exception cref="ArgumentException">The constraint does not let it come.</exception>
    public void Accept(long token)
    {
        _counts.Add(token);
        if (!_options.StopTokens.Contains(token))
        {
            _constraint?.Accept(token);
        }
    }

    /// <summary>The probability of every token to be drawn; greedy choice puts all on one.</summary>
    /// <inheritdoc cref="Next"/>
    public double[] Probabilities(ReadOnlySpan<float> logits)
    {
        var scores = Scores(logits);
        var all = new double[scores.Length];
        if (_options.Temperature == 0)
        {
            all[TensorPrimitives.IndexOfMax(scores)] = 1;
        }
        else
        {
            TokenCandidates.Of(scores, _options).CopyTo(all);
        }

        return all;
    }

    /// <summary>How likely the model held a token to be, with as many alternatives as the options ask for.</summary>
    /// <param name="logits">The model's own, one for each token.</param>
    /// <param name="token">The token that was drawn.</param>
    /// <returns>Null where the options ask for no log-probabilities.</returns>
    public TokenLogProbability? LogProbability(ReadOnlySpan<float> logits, long token)
    {
        if (_options.TopLogProbabilities is not { } count)
        {
            return null;
        }

        var max = (double)TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        var normalizer = max + Math.Log(sum);
        var top = new TokenLogProbability[Math.Min(count, logits.Length)];
        foreach (var (rank, id) in TopTokens.Of(logits, top.Length).Index())
        {
            top[rank] = new TokenLogProbability(id, logits[id] - normalizer, []);
        }

        return new TokenLogProbability(token, logits[(int)token] - normalizer, top);
    }

    // Logits after penalties, bias and constraint; valid until the next call.
    private Span<float> Scores(ReadOnlySpan<float> logits)
    {
        if (_scores.Length < logits.Length)
        {
            _scores = new float[logits.Length];
        }

        var scores = _scores.AsSpan(0, logits.Length);
        logits.CopyTo(scores);
        var likeliest = scores.IsEmpty ? -1 : TensorPrimitives.IndexOfMax(scores);
        if (likeliest >= 0 && !(scores[likeliest] < float.PositiveInfinity))
        {
            throw new ArgumentException(
                $"sampling: expected finite logits, got {scores[likeliest]} for token {likeliest}; the model's weights "
                    + "or inputs are broken.", nameof(logits));
        }

        _counts.Penalize(scores);
        foreach (var (token, bias) in _options.LogitBias)
        {
            if (token < scores.Length)
            {
                scores[(int)token] += (float)bias;
            }
        }

        _constraint?.Mask(scores);
        var highest = scores.IsEmpty ? float.NegativeInfinity : TensorPrimitives.Max(scores);
        return float.IsFinite(highest) ? scores
            : throw new ArgumentException(
                float.IsNegativeInfinity(highest)
                    ? $"sampling: expected a token that may come, got {scores.Length} logits of −∞."
                    : $"sampling: expected finite logits after penalties and bias, got {highest}.", nameof(logits));
    }
}
