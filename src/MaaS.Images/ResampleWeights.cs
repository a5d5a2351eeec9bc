using MaaS.Onnx;

namespace MaaS.Images;

/// <summary>Which pixels of a line each pixel of the scaled line is made of, and their weights in fixed point.</summary>
/// <remarks>Pillow's <c>Resample.c</c>: the filter is as wide as the scale where the line shrinks, and weights have 22
/// bits behind the point.</remarks>
internal sealed class ResampleWeights
{
    /// <summary>Bits behind the point.</summary>
    public const int Precision = 22;

    /// <summary>One half.</summary>
    public const int Half = 1 << (Precision - 1);

    private readonly int[] _first, _count, _weights;
    private readonly int _width;

    public ResampleWeights(int from, int to, ImageInterpolation interpolation)
    {
        var support = interpolation == ImageInterpolation.Bicubic ? 2.0 : 1.0;
        var scale = (double)from / to;
        var filterScale = Math.Max(scale, 1);
        support *= filterScale;
        _width = ((int)Math.Ceiling(support) * 2) + 1;
        (_first, _count, _weights) = (new int[to], new int[to], new int[to * _width]);
        var exact = new double[_width];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var count = Math.Min(from, (int)(centre + support + 0.5)) - first;
            var sum = 0.0;
            for (var k = 0; k < count; k++)
            {
                exact[k] = Filter((k + first - centre + 0.5) / filterScale, interpolation);
                sum += exact[k];
            }

            (_first[i], _count[i]) = (first, count);
            for (var k = 0; k < count; k++)
            {
                var weight = sum == 0 ? exact[k] : exact[k] / sum;
                _weights[(i * _width) + k] = (int)((weight * (1 << Precision)) + (weight < 0 ? -0.5 : 0.5));
            }
        }
    }

    /// <summary>First of the pixels that pixel i is made of.</summary>
    public int First(int i) => _first[i];

    /// <summary>Weights of the pixels from the first on.</summary>
    public ReadOnlySpan<int> Weights(int i) => _weights.AsSpan(i * _width, _count[i]);

    private static double Filter(double x, ImageInterpolation interpolation)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return interpolation == ImageInterpolation.Bilinear ? Math.Max(0, 1 - x)
            : x < 1 ? (((A + 2) * x - (A + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A
            : 0;
    }
}
