using System.Text;
using MaaS.Core.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>One answer, as far as it has come.</summary>
internal sealed class TextChoice
{
    private readonly StringBuilder _text = new();
    private readonly List<TokenLogProbability> _logProbabilities = [];

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Its characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>How likely its tokens were, where asked for.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities => _logProbabilities;

    /// <summary>Why it has ended; <see cref="FinishReason.None"/> while it has not.</summary>
    public FinishReason Finish { get; private set; }

    /// <summary>Its tokens, one that ended it among them.</summary>
    public int Tokens { get; private set; }

    /// <summary>Tokens of its prompt that were computed before.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Goes on by a piece.</summary>
    public void Add(GeneratedText piece)
    {
        _text.Append(piece.Text);
        Finish = piece.Finish;
        Tokens++;
        CachedTokens += piece.CachedTokens;
        if (piece.LogProbability is { } probability)
        {
            _logProbabilities.Add(probability);
        }
    }
}
