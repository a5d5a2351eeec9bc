namespace MaaS.Core.Generation;

/// <summary>Turns the tokens of one text into pieces of text, up to the first stop text.</summary>
/// <param name="decode">Text of tokens, with U+FFFD for bytes that form no character.</param>
/// <param name="stopTexts">Texts before which the text ends.</param>
/// <param name="prompt">What the text continues: the first token's text may depend on the last of these, as a space
/// does.</param>
public sealed class TextAssembly(
    Func<IReadOnlyList<long>, string> decode, IReadOnlyList<string> stopTexts, IReadOnlyList<long>? prompt = null)
{
    /// <summary>Tokens of the prompt that the first token's text can depend on.</summary>
    public const int Context = 8;

    private readonly IncrementalDecoder _decoder = new(decode, [.. (prompt ?? []).TakeLast(Context)]);
    private readonly StopTextFilter _filter = new(stopTexts);

    /// <summary>The piece that a token brings.</summary>
    /// <param name="token">What follows the tokens before; none after one with a finish.</param>
    /// <returns>A piece whose <see cref="GeneratedText.Finish"/> is <see cref="FinishReason.Stop"/> where a stop text
    /// came, and the token's otherwise.</returns>
    public GeneratedText Add(GeneratedToken token)
    {
        var last = token.Finish != FinishReason.None;
        var text = token.Finish == FinishReason.Stop ? "" : _decoder.Add(token.Id);
        text = _filter.Add(last ? text + _decoder.Finish() : text, last);
        return new GeneratedText(
            text, token.Id, _filter.IsStopped ? FinishReason.Stop : token.Finish, token.LogProbability,
            token.CachedTokens);
    }
}
