namespace MaaS.Training.Images;

/// <summary>Overwrites a random rectangle of the normalised input with a probability.</summary>
/// <param name="Probability">0…1.</param>
/// <param name="MinScale">Least share of the image's area.</param>
/// <param name="MaxScale">Greatest share of the image's area.</param>
/// <param name="MinRatio">Least height by width, above 0.</param>
/// <param name="MaxRatio">Greatest height by width.</param>
/// <param name="Value">What is written; null for draws of the normal distribution.</param>
/// <remarks>Zhong et al. 2017, with torchvision's draws: ten tries, then nothing.</remarks>
public sealed record RandomErasing(
    double Probability = 0.5, double MinScale = 0.02, double MaxScale = 0.33, double MinRatio = 0.3,
    double MaxRatio = 3.3, float? Value = 0) : PlaneTransform
{
    private const int Tries = 10;

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Apply(ImagePlanes planes, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!random.Chance(Probability))
        {
            return;
        }

        for (var i = 0; i < Tries; i++)
        {
            var area = (double)planes.Height * planes.Width * random.Uniform(MinScale, MaxScale);
            var ratio = Math.Exp(random.Uniform(Math.Log(MinRatio), Math.Log(MaxRatio)));
            var (h, w) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (h < planes.Height && w < planes.Width)
            {
                Erase(planes, random.Next(planes.Height - h + 1), random.Next(planes.Width - w + 1), h, w, random);
                return;
            }
        }
    }

    private void Erase(ImagePlanes planes, int top, int left, int height, int width, TransformRandom random)
    {
        for (var c = 0; c < planes.Channels; c++)
        {
            for (var y = top; y < top + height; y++)
            {
                var row = planes.Values.Slice((((c * planes.Height) + y) * planes.Width) + left, width);
                if (Value is { } value)
                {
                    row.Fill(value);
                    continue;
                }

                foreach (ref var pixel in row)
                {
                    pixel = (float)random.Normal();
                }
            }
        }
    }
}
