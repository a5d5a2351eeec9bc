namespace MaaS.Core.Generation;

/// <summary>Which tokens a text has, as far as its penalties need it.</summary>
internal sealed class TokenCounts
{
    private readonly GenerationOptions _options;

    // Times in the text so far; 0 for tokens that stand in the prompt alone.
    private readonly Dictionary<long, int> _counts = [];

    public TokenCounts(GenerationOptions options, IReadOnlyList<long> prompt)
    {
        _options = options;
        if (options.RepetitionPenalty != 1)
        {
            foreach (var token in prompt)
            {
                _counts.TryAdd(token, 0);
            }
        }
    }

    private bool IsNeeded => _options is not { RepetitionPenalty: 1, FrequencyPenalty: 0, PresencePenalty: 0 };

    /// <summary>A token of the text.</summary>
    public void Add(long token)
    {
        if (IsNeeded)
        {
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
        }
    }

    /// <summary>Takes the penalties from the scores.</summary>
    public void Penalize(Span<float> scores)
    {
        foreach (var (token, count) in _counts)
        {
            if (token < 0 || token >= scores.Length)
            {
                continue;
            }

            double score = scores[(int)token];
            score = score > 0 ? score / _options.RepetitionPenalty : score * _options.RepetitionPenalty;
            score -= (count * _options.FrequencyPenalty) + (count > 0 ? _options.PresencePenalty : 0);
            scores[(int)token] = (float)score;
        }
    }
}
