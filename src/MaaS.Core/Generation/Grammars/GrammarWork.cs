using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Grammars;

/// <summary>The work that a text's rules may still cause. A mask is found while other texts wait, so that one whose
/// rules are too costly must end rather than they.</summary>
/// <remarks>Used by one thread at a time. A unit is a place or an edge of the grammar that is looked at; what is
/// remembered costs none.</remarks>
internal sealed class GrammarWork
{
    /// <summary>Units that one mask may take: about a tenth of a second. A pattern with counted repetitions over a
    /// vocabulary of 150,000 tokens was seen to take 203,000 once.</summary>
    public const int PerMask = 1_000_000;

    /// <summary>Units that each token gives back: what a text may take in the long run. Texts were seen to take
    /// 10 to 800 a token.</summary>
    public const int PerToken = 50_000;

    private int _left = PerMask;
    private int _leftBefore = PerMask;

    /// <summary>Whether what is under way now has taken all that a mask may, so that no other text could go through
    /// with it.</summary>
    public bool IsTooMuch => _leftBefore == PerMask && _left < 0;

    /// <summary>Begins with a mask.</summary>
    public void Begin() => _leftBefore = _left;

    /// <summary>Takes units.</summary>
    /// <exception cref="ModelInputException">There are none left.</exception>
    public void Spend(int units)
    {
        _left -= units;
        if (_left < 0)
        {
            throw Refused();
        }
    }

    /// <summary>Gives back what a token is worth.</summary>
    public void Refill() => _left = Math.Min(PerMask, Math.Max(_left, 0) + PerToken);

    /// <summary>The error of a text that may not go on.</summary>
    public static ModelInputException Refused() => new(
        "grammar: the schema lets this text go on in too many ways at once; anchor its patterns, lower their "
        + "repetitions, or let its alternatives begin differently.");
}
