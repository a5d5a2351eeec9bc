namespace MaaS.Training.Data;

/// <summary>An array of bytes with dimensions, as an IDX file holds it.</summary>
public sealed class IdxArray
{
    /// <summary>Wraps bytes in row-major order.</summary>
    /// <param name="dimensions">1 to 255 dimensions, each at least 0.</param>
    /// <param name="data">As many bytes as the dimensions' product; kept, not copied.</param>
    /// <exception cref="ArgumentException">The length is not the product of the dimensions.</exception>
    public IdxArray(IReadOnlyList<int> dimensions, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        ArgumentNullException.ThrowIfNull(data);
        if (dimensions.Count is < 1 or > 255 || dimensions.Any(static d => d < 0))
        {
            throw new ArgumentException(
                $"IDX: expected 1 to 255 dimensions of at least 0, got ({string.Join(",", dimensions)}).",
                nameof(dimensions));
        }

        var length = dimensions.Aggregate(1L, static (product, d) => checked(product * d));
        if (length != data.Length)
        {
            throw new ArgumentException(
                $"IDX: expected {length} bytes for ({string.Join(",", dimensions)}), got {data.Length}.", nameof(data));
        }

        Dimensions = dimensions;
        Data = data;
    }

    /// <summary>The sizes, outermost first.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The bytes in row-major order.</summary>
    public byte[] Data { get; }
}
