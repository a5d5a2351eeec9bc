using MaaS.Onnx.Inference;


namespace MaaS.Serving.Routing;

/// <summary>Compares the outputs of two models on the same inputs.</summary>
internal static class ShadowComparison
{
    /// <summary>The largest difference of two outputs of the same name.</summary>
    /// <param name="answer">What was returned.</param>
    /// <param name="shadow">What the other model gave.</param>
    /// <returns>
    /// Absolute difference divided by 1 + the answer's size, so that it is absolute for small numbers and relative for
    /// large ones; infinite where an output is missing, of another type or shape, where texts or whole numbers differ,
    /// or only one is NaN.
    /// </returns>
    public static double Difference(IReadOnlyList<(string Name, TensorValue Value)> answer, InferenceOutputs shadow)
    {
        var most = 0.0;
        foreach (var (name, value) in answer)
        {
            var index = shadow.Specs.ToList().FindIndex(s => s.Name == name);
            most = Math.Max(most, index < 0 ? double.PositiveInfinity : Difference(value, shadow[index]));
        }

        return most;
    }

    private static double Difference(TensorValue a, TensorValue b)
    {
        if (a.Type != b.Type || !a.Shape.SequenceEqual(b.Shape))
        {
            return double.PositiveInfinity;
        }

        return a.Type switch
        {
            ElementType.Float32 => Largest(a.AsSpan<float>(), b.AsSpan<float>(), static v => v),
            ElementType.Float64 => Largest(a.AsSpan<double>(), b.AsSpan<double>(), static v => v),
            ElementType.Float16
                => Largest(
                    a.AsSpan<ushort>(), b.AsSpan<ushort>(), static v => (double)BitConverter.UInt16BitsToHalf(v)),
            ElementType.BFloat16
                => Largest(
                    a.AsSpan<ushort>(), b.AsSpan<ushort>(), static v => BitConverter.UInt32BitsToSingle((uint)v << 16)),
            ElementType.String => a.Strings.SequenceEqual(b.Strings) ? 0 : double.PositiveInfinity,
            _ => a.Data.Span.SequenceEqual(b.Data.Span) ? 0 : double.PositiveInfinity,
        };
    }

    private static double Largest<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Func<T, double> number)
    {
        var most = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var (x, y) = (number(a[i]), number(b[i]));
            if (x.Equals(y))
            {
                continue;
            }

            var difference = Math.Abs(x - y) / (1 + Math.Abs(x));
            most = Math.Max(most, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }

        return most;
    }
}
