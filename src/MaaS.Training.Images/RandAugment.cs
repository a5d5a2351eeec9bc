using MaaS.Images;
using MaaS.Onnx;
using MaaS.Training.Images.Operations;

namespace MaaS.Training.Images;

/// <summary>Some changes of one strength, drawn from fourteen: turns, shears, shifts, colours, tones.</summary>
/// <param name="Operations">How many, one after another; at least 1.</param>
/// <param name="Magnitude">Strength, 0…<paramref name="Bins"/>−1.</param>
/// <param name="Bins">How many strengths there are, at least 2.</param>
/// <param name="Fill">Value of what a turn, shear or shift leaves empty.</param>
/// <remarks>Cubuk et al. 2019, with torchvision's list and ranges.</remarks>
public sealed record RandAugment(int Operations = 2, int Magnitude = 9, int Bins = 31, byte Fill = 0) : PixelTransform
{
    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        var current = image;
        for (var i = 0; i < Operations; i++)
        {
            var operation = random.Next(AugmentOperation.Count);
            var next = AugmentOperation.Apply(
                current, operation, (double)Magnitude / (Bins - 1), negative: random.Next(2) == 1, Fill);
            if (next != current && current != image)
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }
}
