namespace MaaS.Training.Export;

/// <summary>How a number that tracing saw follows from the dynamic axes: (multiplier · product / divisor) + a
/// further axis or none + offset.</summary>
/// <param name="Factors">The axes that are multiplied.</param>
/// <param name="Multiplier">Not 0; negative where the number falls as the axes grow.</param>
/// <param name="Divisor">At least 1; the division is exact in every traced run.</param>
/// <param name="Addend">An axis that is added, or null.</param>
/// <param name="Offset">A number that is added.</param>
internal sealed record SizeFormula(
    IReadOnlyList<DynamicAxis> Factors, long Multiplier, long Divisor, DynamicAxis? Addend, long Offset)
{
    /// <summary>Finds a formula that holds in every run; null where there is none of this form.</summary>
    public static SizeFormula? Fit(TracedSize size, IReadOnlyList<DynamicAxis> axes)
    {
        foreach (var product in Products(axes))
        {
            if (FitProduct(size, product) is { } formula) return formula;
        }
        foreach (var addend in axes)
        {
            var rest = size - addend.Size;
            foreach (var product in Products(axes))
            {
                if (FitProduct(rest, product) is { } formula) return formula with { Addend = addend };
            }
        }
        return null;
    }

    /// <summary>The formula as the name of an axis: <c>2*batch+1</c>.</summary>
    public override string ToString()
    {
        string text = string.Join('*', Factors.Select(static axis => axis.Symbol));
        if (Multiplier != 1) text = $"{Multiplier}*{text}";
        if (Divisor != 1) text += $"/{Divisor}";
        if (Addend is not null) text += $"+{Addend.Symbol}";
        return Offset == 0 ? text : $"{text}{Offset:+#;-#}";
    }

    private static IEnumerable<DynamicAxis[]> Products(IReadOnlyList<DynamicAxis> axes)
    {
        foreach (var axis in axes) yield return [axis];
        for (int i = 0; i < axes.Count; i++)
        {
            for (int j = i; j < axes.Count; j++) yield return [axes[i], axes[j]];
        }
    }

    // value = multiplier / divisor · product + offset: two runs give the line, the others must lie on it.
    private static SizeFormula? FitProduct(TracedSize size, DynamicAxis[] factors)
    {
        if (size.IsFixed) return null;
        long[] product = [.. Enumerable.Range(0, size.Values.Count)
            .Select(run => factors.Aggregate(1L, (value, axis) => value * axis.Size.At(run)))];
        int other = Array.FindIndex(product, value => value != product[0]);
        if (other < 0) return null;
        long rise = size.Values[other] - size.Values[0], run = product[other] - product[0];
        if (rise == 0) return null;
        long common = (long)System.Numerics.BigInteger.GreatestCommonDivisor(rise, run);
        long multiplier = Math.Sign(run) * rise / common, divisor = Math.Abs(run / common);
        long offset = size.Values[0] - multiplier * product[0] / divisor;
        for (int i = 0; i < product.Length; i++)
        {
            if (multiplier * product[i] % divisor != 0 || multiplier * product[i] / divisor + offset != size.Values[i]) return null;
        }
        return new SizeFormula(factors, multiplier, divisor, null, offset);
    }
}

/// <summary>An axis of a graph input whose size is chosen at run time.</summary>
/// <param name="Symbol">Its name, such as <c>batch</c>.</param>
/// <param name="Input">The input that has it.</param>
/// <param name="Axis">Which of its axes.</param>
/// <param name="Size">Its sizes in the traced runs.</param>
internal sealed record DynamicAxis(string Symbol, string Input, int Axis, TracedSize Size);
