using System.Text;
using MaaS.Core.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>One answer, as far as it has come.</summary>
/// <param name="texts">Knows the bytes of tokens.</param>
/// <param name="beginsText">Whether nothing that is text stands before the answer.</param>
internal sealed class TextChoice(TokenTexts texts, bool beginsText)
{
    private readonly StringBuilder _text = new();
    private readonly List<ScoredToken> _scored = [];
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private int _offset;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>How likely its tokens were, where asked for.</summary>
    public IReadOnlyList<ScoredToken> Scored => _scored;

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
        if (piece.LogProbability is { } probability)
        {
            var isFirst = beginsText && Tokens == 0;
            _scored.Add(new ScoredToken(probability, isFirst, _offset));
            var bytes = texts.BytesOf(probability.Token, isFirst) ?? [];
            _offset += _decoder.GetChars(bytes, new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)], flush: false);
        }

        Tokens++;
        CachedTokens += piece.CachedTokens;
    }
}
