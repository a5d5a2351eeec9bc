namespace MaaS.Training.Reports;

/// <summary>A sample as people see it: a text, or a picture.</summary>
public sealed record SampleView
{
    private SampleView()
    {
    }

    /// <summary>The text; null for a picture.</summary>
    public string? Text { get; private init; }

    /// <summary>The picture as a PNG file; null for a text.</summary>
    public ReadOnlyMemory<byte>? Png { get; private init; }

    /// <summary>A text.</summary>
    public static SampleView OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new SampleView { Text = text };
    }

    /// <summary>A picture.</summary>
    /// <param name="pixels">(C, H, W), row-major; C is 1 for grey or 3 for red, green and blue.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static SampleView OfPixels(ReadOnlySpan<byte> pixels, int channels, int height, int width)
        => channels is 1 or 3 && pixels.Length == channels * height * width
            ? new SampleView { Png = Reports.Png.Encode(pixels, channels, height, width) }
            : throw new ArgumentException(
                $"SampleView: expected 1 or 3 channels of {height}×{width} pixels, got {pixels.Length} bytes for "
                    + $"{channels} channels.", nameof(pixels));
}
