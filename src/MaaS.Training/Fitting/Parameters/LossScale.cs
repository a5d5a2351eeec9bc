namespace MaaS.Training.Fitting.Parameters;

/// <summary>What losses are multiplied by so that float16 gradients neither vanish nor overflow.</summary>
/// <remarks>Micikevicius et al. 2018, section 3.2; the numbers are those of PyTorch's GradScaler.</remarks>
internal sealed class LossScale(bool enabled)
{
    private const double Growth = 2, Backoff = 0.5;
    private const int GrowthInterval = 2000;

    /// <summary>The factor of the next pass.</summary>
    public double Scale { get; set; } = enabled ? 65536 : 1;

    /// <summary>Steps since the factor changed.</summary>
    public int Good { get; set; }

    /// <summary>Whether losses are scaled at all.</summary>
    public bool Enabled => enabled;

    /// <summary>Learns whether the gradients of a step were finite; a step whose were not is left out.</summary>
    public void Update(bool finite)
    {
        if (!enabled)
        {
            return;
        }

        if (!finite)
        {
            (Scale, Good) = (Scale * Backoff, 0);
        }
        else if (++Good == GrowthInterval)
        {
            (Scale, Good) = (Scale * Growth, 0);
        }
    }
}
