namespace MaaS.Core.Generation;

/// <summary>One text in the making: a language model together with what it remembers of the tokens so far.</summary>
public interface IDecoderSession : IDisposable
{
    /// <summary>Longest sequence in tokens, the prompt included.</summary>
    long MaxLength { get; }

    /// <summary>Tokens so far.</summary>
    long Length { get; }

    /// <summary>Appends tokens.</summary>
    /// <param name="tokens">At least one; with those before at most <see cref="MaxLength"/>.</param>
    /// <param name="cancellationToken">Stops the computation; the session is of no use afterwards.</param>
    /// <returns>A logit for every token that may follow; valid until the next call.</returns>
    /// <exception cref="ArgumentException">There are no tokens, too many, or one that is not in the
    /// vocabulary.</exception>
    ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default);
}
