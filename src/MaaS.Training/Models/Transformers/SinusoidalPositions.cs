using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Adds sin(t / 10000^(2i/C)) to feature 2i and the cosine to feature 2i + 1 of position t.</summary>
/// <remarks>Vaswani et al. 2017: Attention is all you need, section 3.5.</remarks>
public sealed class SinusoidalPositions : Module<Tensor, long, Tensor>
{
    private readonly ConstantTable _table;
    private readonly long _maxLength;

    /// <summary>A table for every position; no part of the state dictionary.</summary>
    /// <param name="width">Features C, at least 1.</param>
    /// <param name="maxLength">Positions, at least 1.</param>
    public SinusoidalPositions(long width, long maxLength)
        : base(nameof(SinusoidalPositions))
    {
        ModelCheck.AtLeast(width, 1, nameof(width));
        ModelCheck.AtLeast(maxLength, 1, nameof(maxLength));
        // An odd width has one more sine than cosines; its wavelengths are those of the exact width.
        var pairs = (width + 1) / 2;
        var (sines, cosines) = Wavelengths.Table(maxLength, pairs, Math.Pow(10000, 2.0 * pairs / width));
        using (sines)
        using (cosines)
        using (NewDisposeScope())
        {
            _table = new ConstantTable(
                stack([sines, cosines], 2).reshape(maxLength, 2 * pairs).narrow(1, 0, width).contiguous());
        }

        _maxLength = maxLength;
        RegisterComponents();
    }

    /// <summary>Tokens with their positions.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="first">Position of the first.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, long first)
    {
        var length = input.shape[1];
        SequenceCheck.AtMost(nameof(SinusoidalPositions), first + length, _maxLength);
        return input + _table.Like(input).narrow(0, first, length);
    }

    /// <summary>Tokens of rows that stand at positions of their own, with these.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="positions">(B, T), int64, from 0 to below the longest sequence.</param>
    /// <returns>(B, T, C).</returns>
    public Tensor At(Tensor input, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(positions);
        return input + _table.Like(input)[TensorIndex.Tensor(positions)];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _table.Dispose();
        }

        base.Dispose(disposing);
    }
}
