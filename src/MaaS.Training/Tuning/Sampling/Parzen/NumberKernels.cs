using MaaS.Training.Tuning.Spaces;
using MathNet.Numerics;

namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>Normal kernels on a number's scale, cut off at its ends.</summary>
internal sealed class NumberKernels : IKernels
{
    // Scott's rule with Optuna's factor, and the narrowest kernel of the magic clip.
    private const double Width = 0.2, Narrowest = 100;

    private readonly NumberScale _scale;
    private readonly double[] _means, _widths, _logMasses;

    /// <summary>Makes the kernels.</summary>
    /// <param name="scale">The parameter's.</param>
    /// <param name="values">Of the trials.</param>
    /// <param name="dimensions">Parameters that are drawn together.</param>
    /// <param name="magicClip">See <see cref="TpeOptions.MagicClip"/>.</param>
    public NumberKernels(NumberScale scale, IReadOnlyList<double> values, int dimensions, bool magicClip)
    {
        _scale = scale;
        var range = scale.Highest - scale.Lowest;
        var least = magicClip ? range / Math.Min(Narrowest, values.Count + 2) : 1e-12;
        var width = Math.Clamp(Width * Math.Pow(Math.Max(values.Count, 1), -1.0 / (dimensions + 4)) * range,
            least, range);
        _means = [.. values.Select(scale.Forward), (scale.Lowest + scale.Highest) / 2];
        _widths = [.. values.Select(_ => width), range];
        _logMasses = [.. _means.Select(
            (_, k) => Math.Log(Below(k, scale.Highest) - Below(k, scale.Lowest)))];
    }

    public double Sample(int kernel, Random random)
    {
        var (low, high) = (Below(kernel, _scale.Lowest), Below(kernel, _scale.Highest));
        var quantile = low + (random.NextDouble() * (high - low));
        var place = _means[kernel] - (_widths[kernel] * Math.Sqrt(2) * SpecialFunctions.ErfcInv(2 * quantile));
        return _scale.Back(Math.Clamp(place, _scale.Lowest, _scale.Highest));
    }

    public double LogDensity(int kernel, double coordinate)
    {
        if (_scale.Step is not null)
        {
            var (from, to) = _scale.Cell(coordinate);
            return Math.Log(Below(kernel, to) - Below(kernel, from)) - _logMasses[kernel];
        }

        var z = (_scale.Forward(coordinate) - _means[kernel]) / _widths[kernel];
        return (-0.5 * z * z) - Math.Log(_widths[kernel] * Math.Sqrt(2 * Math.PI)) - _logMasses[kernel];
    }

    // The share of the whole normal distribution below a place.
    private double Below(int kernel, double place)
        => 0.5 * SpecialFunctions.Erfc((_means[kernel] - place) / (_widths[kernel] * Math.Sqrt(2)));
}
