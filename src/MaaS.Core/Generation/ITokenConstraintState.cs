namespace MaaS.Core.Generation;

/// <summary>How far one text has come under an <see cref="ITokenConstraint"/>. Used by one thread at a time.</summary>
public interface ITokenConstraintState
{
    /// <summary>Whether the text is whole as it stands: stop tokens may come now.</summary>
    bool IsComplete { get; }

    /// <summary>Sets the logits of tokens that may not come next to negative infinity and leaves the others as they
    /// are. At least one token is always left; where the text must end, only stop tokens are.</summary>
    /// <param name="logits">One for each token, by id; ids above the tokenizer's are masked.</param>
    /// <exception cref="ArgumentException">There are so few logits that none of the tokens that may come is among
    /// them, or finding those takes longer than other texts can wait. A text whose constraint throws ends with the
    /// error; others go on.</exception>
    void Mask(Span<float> logits);

    /// <summary>Goes on by the token that was chosen.</summary>
    /// <param name="token">One that <see cref="Mask"/> left.</param>
    /// <exception cref="ArgumentException">The token may not come here; the state is as before.</exception>
    void Accept(long token);
}
