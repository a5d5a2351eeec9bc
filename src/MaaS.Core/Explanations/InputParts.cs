using MaaS.Onnx.Inference;


namespace MaaS.Core.Explanations;

/// <summary>Cuts one row of a model's input into parts that can be replaced: patches of an image, or single
/// columns.</summary>
public sealed class InputParts
{
    private readonly int[] _partOf;

    private InputParts(int[] partOf, int count, (int Rows, int Columns)? grid)
        => (_partOf, Count, Grid) = (partOf, count, grid);

    /// <summary>Number of parts.</summary>
    public int Count { get; }

    /// <summary>(rows, columns) of an image's patches; null for parts in a row.</summary>
    public (int Rows, int Columns)? Grid { get; }

    /// <summary>Parts of a row.</summary>
    /// <param name="shape">Sizes of one row, without the batch axis: (C, H, W) and (H, W) are images.</param>
    /// <param name="most">Parts at most; patches grow and columns join until they fit.</param>
    /// <exception cref="ArgumentException">The row has no elements, or no part is allowed.</exception>
    public static InputParts Of(ReadOnlySpan<long> shape, int most = 196)
    {
        var size = checked((int)TensorShape.Count(shape));
        if (size < 1 || most < 1)
        {
            throw new ArgumentException(
                $"InputParts: expected a row of elements and at least one part, got {TensorShape.Format(shape)} and "
                    + $"{most}.");
        }

        var isImage = shape.Length is 2 or 3 && shape[^1] > 3 && shape[^2] > 3;
        return isImage ? Patches((int)shape[^2], (int)shape[^1], size, most) : Columns(size, most);
    }

    /// <summary>The row once for each mask, with a value in place of the parts that do not stay.</summary>
    /// <param name="row">Elements of the row.</param>
    /// <param name="masks">Which parts stay.</param>
    /// <param name="replacement">Stands for what is taken out, as the mean of the training data.</param>
    /// <returns>(masks, elements), row-major.</returns>
    /// <exception cref="ArgumentException">The row has another number of elements.</exception>
    public float[] Apply(ReadOnlySpan<float> row, IReadOnlyList<bool[]> masks, float replacement)
    {
        ArgumentNullException.ThrowIfNull(masks);
        if (row.Length != _partOf.Length)
        {
            throw new ArgumentException(
                $"InputParts: expected {_partOf.Length} elements, got {row.Length}.", nameof(row));
        }

        var all = new float[checked(masks.Count * row.Length)];
        for (var m = 0; m < masks.Count; m++)
        {
            var to = all.AsSpan(m * row.Length, row.Length);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = masks[m][_partOf[i]] ? row[i] : replacement;
            }
        }

        return all;
    }

    private static InputParts Columns(int size, int most)
    {
        var count = Math.Min(size, most);
        return new InputParts([.. Enumerable.Range(0, size).Select(i => (int)((long)i * count / size))], count, null);
    }

    private static InputParts Patches(int height, int width, int size, int most)
    {
        var edge = 1;
        while (((height + edge - 1) / edge) * ((width + edge - 1) / edge) > most)
        {
            edge++;
        }

        var (rows, columns) = ((height + edge - 1) / edge, (width + edge - 1) / edge);
        return new InputParts(
            [.. Enumerable.Range(0, size).Select(i => (i / width % height / edge * columns) + (i % width / edge))],
            rows * columns, (rows, columns));
    }
}
