using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Json;

/// <summary>
/// Reads nested arrays of numbers, the bulk of every request, without a JSON reader's work on each token. It takes the
/// ordinary case only: whoever calls it reads anything else, and every fault, the general way.
/// </summary>
internal static class NumberArray
{
    /// <summary>Appends the elements of an array to a tensor that is empty so far.</summary>
    /// <param name="json">Starts with the array's bracket.</param>
    /// <param name="target">Gets the elements.</param>
    /// <param name="sizes">Gets the size of each axis.</param>
    /// <param name="rank">Number of axes.</param>
    /// <returns>
    /// Bytes up to and with the last bracket; 0 where the array is not of the ordinary kind, and then nothing is
    /// appended.
    /// </returns>
    public static int Read(ReadOnlySpan<byte> json, TensorBuffer target, Span<long> sizes, out int rank)
        => target.Type switch
        {
            ElementType.Float32 => Read<float, FloatText>(json, target, sizes, out rank),
            ElementType.Float64 => Read<double, DoubleText>(json, target, sizes, out rank),
            ElementType.Int64 => Read<long, IntegerText<long>>(json, target, sizes, out rank),
            ElementType.Int32 => Read<int, IntegerText<int>>(json, target, sizes, out rank),
            ElementType.UInt8 => Read<byte, IntegerText<byte>>(json, target, sizes, out rank),
            _ => rank = 0,
        };

    private static int Read<T, TText>(ReadOnlySpan<byte> json, TensorBuffer target, Span<long> sizes, out int rank)
        where T : unmanaged
        where TText : INumberText<T>
    {
        Span<long> counts = stackalloc long[sizes.Length];
        rank = 0;
        var depth = 0;
        var elements = 0;
        var values = MemoryMarshal.Cast<byte, T>(target.Free);
        for (var i = 0; ;)
        {
            // Down to the innermost array.
            while (true)
            {
                i = SkipSpace(json, i);
                if (i >= json.Length || json[i] != '[')
                {
                    break;
                }

                if (depth + 1 >= sizes.Length || depth == rank && elements > 0)
                {
                    return 0;
                }

                counts[depth++] = 0;
                i++;
            }

            if (elements == 0)
            {
                rank = depth;
                sizes[..rank].Fill(-1);
            }
            else if (depth != rank)
            {
                return 0;
            }

            // Its numbers.
            var start = elements;
            while (true)
            {
                if (elements == values.Length)
                {
                    target.Grow(elements * target.Type.Size());
                    values = MemoryMarshal.Cast<byte, T>(target.Free);
                }

                var length = i < json.Length ? TText.Parse(json[i..], out values[elements]) : 0;
                if (length == 0)
                {
                    return 0;
                }

                elements++;
                i = SkipSpace(json, i + length);
                if (i >= json.Length || json[i] != ',')
                {
                    break;
                }

                i = SkipSpace(json, i + 1);
            }

            // Up again, past every array that ends here.
            counts[depth - 1] = elements - start;
            while (i < json.Length && json[i] == ']')
            {
                depth--;
                if (sizes[depth] >= 0 && sizes[depth] != counts[depth])
                {
                    return 0;
                }

                sizes[depth] = counts[depth];
                i++;
                if (depth == 0)
                {
                    target.Take(elements * target.Type.Size());
                    return i;
                }

                counts[depth - 1]++;
                i = SkipSpace(json, i);
            }

            if (i >= json.Length || json[i] != ',' || depth == rank)
            {
                return 0;
            }

            i++;
        }
    }

    private static int SkipSpace(ReadOnlySpan<byte> json, int i)
    {
        while (i < json.Length && json[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            i++;
        }

        return i;
    }
}
