namespace MaaS.Onnx.Quantization.Weights;

/// <summary>A row-major tensor seen as (outer, channels, inner) around one axis; without an axis it is one
/// channel.</summary>
internal readonly record struct ChannelLayout
{
    /// <param name="dims">Sizes of the axes.</param>
    /// <param name="axis">The channel axis; null for the whole tensor as one channel.</param>
    public ChannelLayout(ReadOnlySpan<long> dims, int? axis)
    {
        Outer = axis is { } a ? Product(dims[..a]) : 1;
        Channels = axis is { } b ? checked((int)dims[b]) : 1;
        Inner = Product(axis is { } c ? dims[(c + 1)..] : dims);
    }

    public int Outer { get; }

    public int Channels { get; }

    public int Inner { get; }

    /// <summary>Where the run of <see cref="Inner"/> elements of a channel starts.</summary>
    public int Start(int outer, int channel) => (outer * Channels + channel) * Inner;

    private static int Product(ReadOnlySpan<long> sizes)
    {
        long product = 1;
        foreach (long size in sizes)
        {
            product = checked(product * size);
        }

        return checked((int)product);
    }
}
