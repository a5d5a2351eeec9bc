namespace MaaS.Tabular.Features;

/// <summary>Yeo and Johnson's power transform (Biometrika 87, 2000).</summary>
internal static class YeoJohnson
{
    /// <summary>The transform of one number.</summary>
    public static double Apply(double x, double lambda)
    {
        if (x >= 0)
        {
            return lambda == 0 ? Math.Log(x + 1) : (Math.Pow(x + 1, lambda) - 1) / lambda;
        }

        return lambda == 2 ? -Math.Log(1 - x) : -(Math.Pow(1 - x, 2 - lambda) - 1) / (2 - lambda);
    }

    /// <summary>The exponent of the greatest likelihood between −5 and 7, by golden section; 1 (no change) where the
    /// values do not vary.</summary>
    /// <param name="values">Without missing ones.</param>
    public static double Fit(ReadOnlySpan<double> values)
    {
        var data = values.ToArray();
        if (data.Length == 0 || !values.ContainsAnyExcept(values[0]))
        {
            return 1;
        }

        var logs = data.Sum(static x => Math.Sign(x) * Math.Log(1 + Math.Abs(x)));
        double Loss(double lambda)
        {
            double mean = 0, squares = 0;
            for (var i = 0; i < data.Length; i++)
            {
                var y = Apply(data[i], lambda);
                var delta = y - mean;
                mean += delta / (i + 1);
                squares += delta * (y - mean);
            }

            var variance = squares / data.Length;
            return double.IsFinite(variance) && variance > 0
                ? data.Length / 2d * Math.Log(variance) - (lambda - 1) * logs : double.PositiveInfinity;
        }

        var ratio = (Math.Sqrt(5) - 1) / 2;
        double low = -5, high = 7;
        double left = high - ratio * (high - low), right = low + ratio * (high - low);
        double atLeft = Loss(left), atRight = Loss(right);
        while (high - low > 1e-9)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - ratio * (high - low);
                atLeft = Loss(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + ratio * (high - low);
                atRight = Loss(right);
            }
        }

        return (low + high) / 2;
    }
}
