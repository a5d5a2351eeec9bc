namespace MaaS.Training.Images;

/// <summary>A model's input of one image.</summary>
/// <param name="values">(C, H, W), row-major.</param>
/// <param name="channels">C.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
public readonly ref struct ImagePlanes(Span<float> values, int channels, int height, int width)
{
    /// <summary>(C, H, W), row-major.</summary>
    public Span<float> Values { get; } = values;

    /// <summary>C.</summary>
    public int Channels { get; } = channels;

    /// <summary>H.</summary>
    public int Height { get; } = height;

    /// <summary>W.</summary>
    public int Width { get; } = width;
}
