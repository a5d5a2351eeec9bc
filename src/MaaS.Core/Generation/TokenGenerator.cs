using MaaS.Onnx.Inference;


namespace MaaS.Core.Generation;

/// <summary>Continues a sequence of tokens.</summary>
public static class TokenGenerator
{
    /// <summary>Generates tokens one by one, each computed when it is asked for.</summary>
    /// <param name="session">A session without tokens; owned by the caller.</param>
    /// <param name="prompt">What to continue, at least one token.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Checked in every step.</param>
    /// <returns>At least one token; exactly the last has a <see cref="GeneratedToken.Finish"/>.</returns>
    /// <exception cref="ModelInputException">The prompt is empty, or as long as the model's longest sequence or
    /// longer.</exception>
    /// <exception cref="ArgumentException">The session has tokens already, or an option is out of its
    /// range.</exception>
    public static IEnumerable<GeneratedToken> Generate(
        IDecoderSession session, IReadOnlyList<long> prompt, GenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        var sampler = new TokenSampler(options, prompt);
        if (session.Length > 0)
        {
            throw new ArgumentException(
                $"generation: expected a session without tokens, got one of {session.Length}; start a new one.",
                nameof(session));
        }

        if (options.Adapter is not null)
        {
            throw new ModelInputException(
                $"generation: expected no adapter for a text by itself, got '{options.Adapter}'; use a "
                    + $"GenerationEngine.");
        }

        CheckPrompt(prompt, session.MaxLength);
        return Steps(session, prompt, options, sampler, cancellationToken);
    }

    /// <summary>Says what is wrong with a prompt.</summary>
    /// <exception cref="ModelInputException">It is empty, or as long as the longest sequence or longer.</exception>
    internal static void CheckPrompt(IReadOnlyList<long> prompt, long maxLength)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (prompt.Count == 0)
        {
            throw new ModelInputException(
                "generation: expected a prompt of at least one token, got none; begin with the start or end-of-text "
                    + "token.");
        }

        if (prompt.Count >= maxLength)
        {
            throw new ModelInputException(
                $"generation: expected a prompt of less than {maxLength} tokens, got {prompt.Count}; shorten it.");
        }
    }

    private static IEnumerable<GeneratedToken> Steps(
        IDecoderSession session, IReadOnlyList<long> prompt, GenerationOptions options, TokenSampler sampler,
        CancellationToken cancellationToken)
    {
        long[] next = [.. prompt];
        for (var step = 1; ; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var logits = session.Append(next, cancellationToken).Span;
            var token = sampler.Next(logits);
            var probability = sampler.LogProbability(logits, token);
            sampler.Accept(token);
            next = [token];
            var finish = options.StopTokens.Contains(token) ? FinishReason.Stop
                : step == options.MaxNewTokens || session.Length == session.MaxLength ? FinishReason.Length
                : FinishReason.None;
            yield return new GeneratedToken(token, finish, probability);
            if (finish != FinishReason.None)
            {
                yield break;
            }
        }
    }
}
