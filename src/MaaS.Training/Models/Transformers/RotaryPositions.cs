using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>
/// Turns the pairs (i, i + D/2) of each query and key by an angle in proportion to the position, so that their product
/// depends on the distance of the two positions alone.
/// </summary>
/// <remarks>Su et al. 2021: RoFormer, section 3.2.2, equation 34; there the pairs are (2i, 2i + 1), which is the same
/// after a permutation of features that queries and keys share.</remarks>
public sealed class RotaryPositions : Module<Tensor, long, Tensor>
{
    private readonly ConstantTable _cosine;
    private readonly ConstantTable _sine;
    private readonly long _maxLength;

    /// <summary>Tables for every position; no part of the state dictionary.</summary>
    /// <param name="headDim">Features of one head, even.</param>
    /// <param name="maxLength">Positions, at least 1.</param>
    /// <param name="rotaryBase">Slowest wavelength over 2π, above 1.</param>
    public RotaryPositions(long headDim, long maxLength, double rotaryBase = 10000)
        : base(nameof(RotaryPositions))
    {
        ModelCheck.AtLeast(maxLength, 1, nameof(maxLength));
        if (headDim < 2 || headDim % 2 != 0)
        {
            throw new ArgumentException(
                $"{nameof(RotaryPositions)}: expected an even head size, got {headDim}.", nameof(headDim));
        }

        _maxLength = maxLength;
        var (sines, cosines) = Wavelengths.Table(maxLength, headDim / 2, rotaryBase);
        using (sines)
        using (cosines)
        using (NewDisposeScope())
        {
            _cosine = new ConstantTable(cat([cosines, cosines], 1));    // (maxLength, D)
            _sine = new ConstantTable(cat([-sines, sines], 1));
        }

        RegisterComponents();
    }

    /// <summary>Queries or keys, turned.</summary>
    /// <param name="heads">(B, H, T, D).</param>
    /// <param name="first">Position of the first; what a cache holds comes before.</param>
    /// <returns>(B, H, T, D).</returns>
    public override Tensor forward(Tensor heads, long first)
    {
        var length = heads.shape[2];
        SequenceCheck.AtMost(nameof(RotaryPositions), first + length, _maxLength);
        return Turn(
            heads, _cosine.Like(heads).narrow(0, first, length), _sine.Like(heads).narrow(0, first, length));
    }

    /// <summary>Queries or keys of rows that stand at positions of their own, turned.</summary>
    /// <param name="heads">(B, H, T, D).</param>
    /// <param name="positions">(B, T), int64, from 0 to below the longest sequence.</param>
    /// <returns>(B, H, T, D).</returns>
    public Tensor At(Tensor heads, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(heads);
        ArgumentNullException.ThrowIfNull(positions);
        Tensor Rows(ConstantTable table) => table.Like(heads)[TensorIndex.Tensor(positions)].unsqueeze(1);
        return Turn(heads, Rows(_cosine), Rows(_sine));   // (B, 1, T, D) each
    }

    private static Tensor Turn(Tensor heads, Tensor cosine, Tensor sine)
    {
        var halves = heads.chunk(2, -1);
        return (heads * cosine) + (cat([halves[1], halves[0]], -1) * sine);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cosine.Dispose();
            _sine.Dispose();
        }

        base.Dispose(disposing);
    }
}
