using System.Globalization;

namespace MaaS.Onnx.Inference;

/// <summary>Arithmetic on shapes.</summary>
public static class TensorShape
{
    /// <summary>Number of elements, 1 for a scalar.</summary>
    /// <exception cref="ArgumentException">A size is negative, or the product does not fit 63 bits.</exception>
    public static long Count(ReadOnlySpan<long> shape)
    {
        // A size of 0 makes the product 0 whatever the others are, so overflow is only an error without one.
        Int128 count = 1;
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0)
            {
                throw new ArgumentException(
                    $"expected sizes of 0 or more, got the shape {Format(shape)}.", nameof(shape));
            }

            empty |= size == 0;
            count = count > long.MaxValue ? count : count * Math.Max(size, 1);
        }

        return empty ? 0 : count <= long.MaxValue ? (long)count
            : throw new ArgumentException(
                $"expected a tensor that fits memory, got the shape {Format(shape)}.", nameof(shape));
    }

    /// <summary>As <c>[1,28,28]</c>.</summary>
    public static string Format(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"[{string.Join(',', parts)}]";
    }
}
