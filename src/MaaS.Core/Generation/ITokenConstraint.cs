namespace MaaS.Core.Generation;

/// <summary>A rule for which tokens may come next, such as a grammar. Holds nothing of a single text, so one is shared
/// by many texts and threads.</summary>
public interface ITokenConstraint
{
    /// <summary>Begins a text.</summary>
    /// <param name="stopTokens">The tokens that end this text; they are masked until the text may end.</param>
    /// <exception cref="ArgumentException">There are no stop tokens, or none that the vocabulary has: a text that must
    /// end could not.</exception>
    ITokenConstraintState Start(IReadOnlyList<long> stopTokens);
}
