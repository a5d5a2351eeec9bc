using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution.Batching;

/// <summary>
/// Finds out whether a model computes each row by itself, so that requests of several clients may share a run.
/// </summary>
internal static class RowIndependence
{
    private const double LargestSample = 1 << 24;

    /// <summary>Why requests may not share a run; null when they may.</summary>
    public static string? Obstacle(InferenceModel model)
    {
        if (model.Inputs.Concat(model.Outputs).FirstOrDefault(s => !s.HasBatchAxis()) is { } fixedSpec)
        {
            return $"the first axis of {fixedSpec} is of fixed size";
        }

        if (model.Inputs.Any(i => i.Type == ElementType.String))
        {
            return null; // Text as an axis of samples has no other use.
        }

        if (model.Inputs.FirstOrDefault(
            i => i.ShapeWith(1).Aggregate(1.0, static (a, b) => a * b) > LargestSample) is { } large)
        {
            return $"{large} is too large to try";
        }

        try
        {
            return Compare(model);
        }
        catch (InferenceException e)
        {
            return $"it does not run on a sample of two rows: {e.Message}";
        }
    }

    /// <summary>Runs two different rows together and each alone.</summary>
    private static string? Compare(InferenceModel model)
    {
        var rows = Enumerable.Range(0, 2).Select(row => model.Inputs.Select(i => Sample(i, row)).ToArray()).ToArray();
        var both = model.Inputs.Select((input, i) => new TensorValue(
            input.Type, [2, .. rows[0][i].Shape[1..]], (byte[])[.. rows[0][i].Data.Span, .. rows[1][i].Data.Span]))
                .ToArray();
        using var together = model.Run(both);
        for (var row = 0; row < 2; row++)
        {
            using var alone = model.Run(rows[row]);
            for (var i = 0; i < alone.Count; i++)
            {
                if (together[i].Shape is not [2, ..] || !AreClose(together[i], alone[i], row))
                {
                    return $"rows of '{alone.Specs[i].Name}' depend on the other rows of a run";
                }
            }
        }

        return null;
    }

    private static bool AreClose(TensorValue together, TensorValue alone, int row)
    {
        if (together.Type == ElementType.String)
        {
            var count = alone.Strings.Length;
            return together.Strings.Length == 2 * count
                && together.Strings.Slice(row * count, count).SequenceEqual(alone.Strings);
        }

        var bytes = alone.Data.Length;
        if (together.Data.Length != 2 * bytes)
        {
            return false;
        }

        var a = together.Data.Span.Slice(row * bytes, bytes);
        var b = alone.Data.Span;
        return together.Type switch
        {
            ElementType.Float32
                => AreClose(MemoryMarshal.Cast<byte, float>(a), MemoryMarshal.Cast<byte, float>(b), static v => v),
            ElementType.Float64
                => AreClose(MemoryMarshal.Cast<byte, double>(a), MemoryMarshal.Cast<byte, double>(b), static v => v),
            ElementType.Float16
                => AreClose(
                    MemoryMarshal.Cast<byte, Half>(a), MemoryMarshal.Cast<byte, Half>(b), static v => (double)v),
            _ => a.SequenceEqual(b),
        };
    }

    /// <summary>Sums are added up in another order in larger runs, so the last digits may differ.</summary>
    private static bool AreClose<T>(ReadOnlySpan<T> together, ReadOnlySpan<T> alone, Func<T, double> value)
    {
        for (var i = 0; i < alone.Length; i++)
        {
            var (a, b) = (value(together[i]), value(alone[i]));
            if (!a.Equals(b) && !(Math.Abs(a - b) <= 0.01 * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// One row: reals that differ from row to row, and zeros and ones, which every table of tokens has.
    /// </summary>
    private static TensorValue Sample(TensorSpec input, int row)
    {
        var shape = input.ShapeWith(1);
        var count = (int)shape.Aggregate(1L, static (a, b) => a * b);
        var reals = Enumerable.Range(0, count).Select(i => Math.Sin(i * 0.7 + row * 1.3));
        return input.Type switch
        {
            ElementType.Float32 => TensorValue.Of(reals.Select(static v => (float)v).ToArray(), shape),
            ElementType.Float64 => TensorValue.Of(reals.ToArray(), shape),
            ElementType.Float16 => TensorValue.Of(reals.Select(static v => (Half)v).ToArray(), shape),
            _ => new TensorValue(input.Type, shape, Integers(count, input.Type.Size(), row)),
        };
    }

    private static byte[] Integers(int count, int size, int row)
    {
        var bytes = new byte[count * size];
        for (var i = 0; i < count; i++)
        {
            bytes[i * size] = (byte)((i + row) % 2);
        }

        return bytes;
    }
}
