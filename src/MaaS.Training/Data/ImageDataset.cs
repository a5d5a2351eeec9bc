using System.Security.Cryptography;
using MaaS.Onnx;
using MaaS.Primitives.Display;
using MaaS.Training.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Labelled images that stay bytes in memory; each batch is normalised on the device that asks for
/// it.</summary>
[TypeFormatterSource]
public sealed class ImageDataset : IBatchSource, IHtmlDisplay, IDisposable
{
    /// <summary>Wraps tensors, which the data set then owns.</summary>
    /// <param name="images">(N, C, H, W), uint8, contiguous, on the CPU; N ≥ 1.</param>
    /// <param name="labels">(N), int64, each in 0…classes−1.</param>
    /// <param name="classes">Class names in the order of the labels' values.</param>
    /// <param name="mean">Mean that is subtracted, of pixels scaled to 0…1; null for the images' own.</param>
    /// <param name="std">Standard deviation that is divided by, above 0; null for the images' own.</param>
    /// <exception cref="ArgumentException">Shapes, types, labels or statistics do not fit.</exception>
    public ImageDataset(
        Tensor images, Tensor labels, IReadOnlyList<string> classes, double? mean = null, double? std = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classes);
        Check(images, labels, classes);

        Images = images.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
        Classes = classes;
        if (mean is null || std is null)
        {
            (var ownMean, var ownStd) = Statistics(images.bytes);
            mean ??= ownMean;
            std ??= ownStd;
        }

        if (!double.IsFinite(mean.Value) || !double.IsFinite(std.Value) || std.Value <= 0)
        {
            throw new ArgumentException(
                $"ImageDataset: expected a finite mean and a standard deviation above 0, got {mean} and {std}; "
                + "images of one colour have none, so state them.", nameof(std));
        }

        Mean = mean.Value;
        Std = std.Value;
    }

    /// <summary>(N, C, H, W), uint8, contiguous, on the CPU; owned by the data set.</summary>
    public Tensor Images { get; }

    /// <summary>(N), int64, on the CPU; owned by the data set.</summary>
    public Tensor Labels { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Mean of pixels scaled to 0…1.</summary>
    public double Mean { get; }

    /// <summary>Standard deviation of pixels scaled to 0…1.</summary>
    public double Std { get; }

    /// <summary>How bytes become the inputs of a batch, as packages state it.</summary>
    public ImagePreprocessing Preprocessing
    {
        get
        {
            var channels = (int)InputShape[0];
            return new ImagePreprocessing(
                1 / 255.0, [.. Enumerable.Repeat(Mean, channels)], [.. Enumerable.Repeat(Std, channels)]);
        }
    }

    /// <inheritdoc/>
    public long Count => Images.shape[0];

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape => Images.shape[1..];

    /// <summary>Makes a data set from IDX arrays.</summary>
    /// <param name="images">(N, H, W).</param>
    /// <param name="labels">(N).</param>
    /// <param name="classes">Class names.</param>
    /// <param name="mean">As in the constructor.</param>
    /// <param name="std">As in the constructor.</param>
    /// <exception cref="ArgumentException">The dimensions do not fit together.</exception>
    public static ImageDataset From(
        IdxArray images, IdxArray labels, IReadOnlyList<string> classes, double? mean = null, double? std = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.Dimensions is not [var n, var height, var width] || labels.Dimensions is not [var m] || n != m)
        {
            throw new ArgumentException(
                "ImageDataset: expected images (N,H,W) and labels (N), got "
                + $"({string.Join(",", images.Dimensions)}) and ({string.Join(",", labels.Dimensions)}).",
                nameof(labels));
        }

        var wide = Array.ConvertAll(labels.Data, static label => (long)label);
        return new ImageDataset(
            tensor(images.Data, [n, 1, height, width], ScalarType.Byte), tensor(wide, [m], ScalarType.Int64), classes,
            mean, std);
    }

    /// <inheritdoc/>
    public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(device);
        using var scope = NewDisposeScope();
        var inputs = Images.index_select(0, indices).to(device).to(ScalarType.Float32)   // (B, C, H, W)
            .mul_(1 / (255 * Std)).sub_(Mean / Std);
        var targets = Labels.index_select(0, indices).to(device);                        // (B)
        return (inputs.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());
    }

    /// <summary>Copies the samples at the given positions; mean and standard deviation stay.</summary>
    /// <param name="indices">Each in 0…<see cref="Count"/>−1; at least one.</param>
    public ImageDataset Subset(ReadOnlySpan<long> indices)
    {
        using var scope = NewDisposeScope();
        var positions = tensor(indices.ToArray(), [indices.Length], ScalarType.Int64);
        return new ImageDataset(
            Images.index_select(0, positions), Labels.index_select(0, positions), Classes, Mean, Std);
    }

    /// <summary>The same samples in the same memory, normalised with other statistics; the caller owns the
    /// result.</summary>
    /// <param name="mean">Mean that is subtracted, of pixels scaled to 0…1.</param>
    /// <param name="std">Standard deviation that is divided by, above 0.</param>
    public ImageDataset NormalizedWith(double mean, double std)
    {
        using var scope = NewDisposeScope();
        return new ImageDataset(Images.alias(), Labels.alias(), Classes, mean, std);
    }

    /// <summary>The first samples, or all where there are fewer.</summary>
    public ImageDataset Take(long count)
        => Subset([.. Enumerable.Range(0, (int)Math.Min(count, Count)).Select(static i => (long)i)]);

    /// <summary>Splits into two disjoint sets; the same seed always gives the same split.</summary>
    /// <param name="fraction">Share of the second set, above 0 and below 1.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <param name="stratified">Whether each class is split in that proportion.</param>
    /// <returns>The larger part's and the held-back part's data sets; the caller owns both.</returns>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public (ImageDataset First, ImageDataset Second) Split(double fraction, int seed, bool stratified = true)
    {
        var (first, second) = stratified
            ? SplitIndices.Stratified(LabelValues(), fraction, seed)
            : SplitIndices.Random(Count, fraction, seed);
        return (Subset(first), Subset(second));
    }

    /// <summary>The labels as an array.</summary>
    public long[] LabelValues() => Labels.data<long>().ToArray();

    /// <summary>A copy of one image's bytes, (C, H, W), row-major.</summary>
    /// <param name="index">Its position, 0…<see cref="Count"/>−1.</param>
    public byte[] Pixels(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var size = (int)(Images.NumberOfElements / Count);
        return Images.bytes.Slice((int)index * size, size).ToArray();
    }

    /// <summary>SHA-256 of the images' bytes followed by the labels' (int64, little-endian), hexadecimal.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Images.bytes);
        hash.AppendData(Labels.bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>How many images of what shape, and the classes.</summary>
    public override string ToString()
        => $"{Count} images ({string.Join(",", InputShape)}) of {string.Join(", ", Classes)}";

    /// <summary>The first ten images, each above the name of its class.</summary>
    /// <exception cref="NotSupportedException">The images have neither 1 nor 3 channels.</exception>
    public string ToHtml()
    {
        const int Shown = 10;
        var labels = LabelValues();
        var images = labels.Take(Shown).Select((label, i) => (Pixels(i), Classes[(int)label]));
        return ContactSheet.Render(images, InputShape);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    private static void Check(Tensor images, Tensor labels, IReadOnlyList<string> classes)
    {
        if (images.dim() != 4 || images.dtype != ScalarType.Byte || images.shape.Contains(0) || !images.is_contiguous()
            || images.device_type != DeviceType.CPU)
        {
            throw new ArgumentException(
                "ImageDataset: expected non-empty contiguous images (N,C,H,W) of uint8 on the CPU, got "
                + $"({string.Join(",", images.shape)}) of {images.dtype} on {images.device}.", nameof(images));
        }

        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] != images.shape[0]
            || labels.device_type != DeviceType.CPU)
        {
            throw new ArgumentException(
                $"ImageDataset: expected labels ({images.shape[0]}) of int64 on the CPU, got "
                + $"({string.Join(",", labels.shape)}) of {labels.dtype} on {labels.device}.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        var (low, high) = (labels.min().item<long>(), labels.max().item<long>());
        if (low < 0 || high >= classes.Count)
        {
            throw new ArgumentException(
                $"ImageDataset: expected labels 0 to {classes.Count - 1} for {classes.Count} classes, got {low} to "
                    + $"{high}.",
                nameof(labels));
        }
    }

    private static (double Mean, double Std) Statistics(ReadOnlySpan<byte> pixels)
    {
        Span<long> counts = stackalloc long[256];
        foreach (var pixel in pixels)
        {
            counts[pixel]++;
        }

        double sum = 0, squares = 0;
        for (var value = 0; value < counts.Length; value++)
        {
            sum += counts[value] * (value / 255.0);
            squares += counts[value] * (value / 255.0) * (value / 255.0);
        }

        var mean = sum / pixels.Length;
        return (mean, Math.Sqrt(Math.Max(0, squares / pixels.Length - mean * mean)));
    }
}
