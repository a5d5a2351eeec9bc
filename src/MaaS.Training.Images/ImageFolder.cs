using System.Collections.Concurrent;
using MaaS.Images;
using MaaS.Onnx;
using MaaS.Training.Data;
using MaaS.Training.Data.Streams;
using MaaS.Training.Interop;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Images;

/// <summary>Image files of any number as batches: decoded and transformed by several threads, in an order that does not
/// depend on them.</summary>
/// <remarks>Batches are not in any dispose scope: whoever reads one disposes its tensors.</remarks>
public sealed class ImageFolder : IBatchSource<(Tensor Inputs, Tensor Targets)>, IBatchSource, IMeasuredSource
{
    private const int MostFaults = 1000, ViewPixels = 128;

    private readonly ImageList _list;
    private readonly ImageSamples _samples;
    private readonly ConcurrentDictionary<string, byte> _faults;
    private ReadMeter? _meter;

    private ImageFolder(ImageList list, ImageFolderOptions options, ConcurrentDictionary<string, byte>? faults = null)
    {
        options.Reader.Check();
        (_list, Options, _faults) = (list, options, faults ?? new());
        _samples = new ImageSamples(list, options);
        using var fingerprint = new FileFingerprint();
        fingerprint.Add(list.Fingerprint);
        fingerprint.Add($"{options.Channels} {options.Transforms}");
        Fingerprint = fingerprint.Finish();
    }

    /// <summary>How files become batches.</summary>
    public ImageFolderOptions Options { get; }

    /// <summary>Number of images.</summary>
    public long Count => _list.Names.Length;

    long? IBatchSource<(Tensor Inputs, Tensor Targets)>.Count => Count;

    /// <summary>(C, H, W) of one input.</summary>
    public IReadOnlyList<long> InputShape => _samples.Shape;

    /// <summary>Class names in the order of the labels' values.</summary>
    public IReadOnlyList<string> Classes => _list.Classes;

    /// <summary>Paths of the images, relative to the folder, in the order of their positions.</summary>
    public IReadOnlyList<string> Names => _list.Names;

    /// <summary>Class of each image, an index into <see cref="Classes"/>.</summary>
    public IReadOnlyList<int> Labels => _list.Labels;

    /// <summary>SHA-256 of names, classes, sizes and times of the files and of the transforms.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public ReadStatistics Statistics => _meter?.Snapshot() ?? new ReadStatistics(0, 0, 0, 0);

    /// <summary>What was wrong with the files that were left out so far: the first thousand.</summary>
    public IReadOnlyCollection<string> Faults => [.. _faults.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What a package has to say so that a server makes the same inputs of the same files.</summary>
    /// <exception cref="InvalidOperationException">A transform cannot be repeated by a server, such as one of
    /// chance.</exception>
    public ImagePreprocessing Preprocessing => Options.Transforms.Preprocessing(Options.Channels);

    /// <summary>Images in a folder for each class.</summary>
    /// <param name="folder">Its folders are the classes; their images lie in them or below. Other files and what
    /// begins with a dot are passed over.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are fewer than two classes, a class has no images, or the first
    /// image cannot be read.</exception>
    public static ImageFolder Open(string folder, ImageFolderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ImageFolderOptions();
        return new ImageFolder(ClassFolders.List(folder, options.Classes), options);
    }

    /// <summary>Images that a CSV names, with a header and one image a row.</summary>
    /// <param name="csv">Path of the CSV.</param>
    /// <param name="columns">Names of the columns; null for <c>path</c> and <c>label</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such CSV.</exception>
    /// <exception cref="InvalidDataException">A row names no image that is there, or no class; or as in
    /// <see cref="Open"/>.</exception>
    public static ImageFolder OpenCsv(
        string csv, ImageCsvColumns? columns = null, ImageFolderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(csv);
        options ??= new ImageFolderOptions();
        return new ImageFolder(ImageCsv.List(csv, columns ?? new ImageCsvColumns(), options.Classes), options);
    }

    /// <summary>The same images, read with other options.</summary>
    /// <param name="options">Its classes do not count: those of this folder stay.</param>
    public ImageFolder With(ImageFolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ImageFolder(_list, options);
    }

    /// <summary>Splits into two parts, class by class; the same seed always gives the same split.</summary>
    /// <param name="fraction">Share of the second part, above 0 and below 1.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public (ImageFolder First, ImageFolder Second) Split(double fraction, int seed)
    {
        var (first, second) = SplitIndices.Stratified([.. _list.Labels.Select(static l => (long)l)], fraction, seed);
        return (
            new ImageFolder(_list.Subset(first), Options, _faults),
            new ImageFolder(_list.Subset(second), Options, _faults));
    }

    /// <summary>An image as a model sees it, after the transforms on pixels, for people: scaled down where a side is
    /// longer than 128 pixels.</summary>
    /// <param name="position">Its position, 0…<see cref="Count"/>−1.</param>
    /// <exception cref="InvalidDataException">The file cannot be decoded.</exception>
    public SampleView View(long position)
    {
        using var image = _samples.Pixels(position, new TransformRandom(0, 0, position));
        var scale = Math.Min(1, (double)ViewPixels / Math.Max(image.Height, image.Width));
        using var small = image.Resize(
            Math.Max(1, (int)(image.Height * scale)), Math.Max(1, (int)(image.Width * scale)));
        return SampleView.OfPixels(small.ToPlanes(), small.Channels, small.Height, small.Width);
    }

    /// <summary>(C, H, W) pixels of an image after the transforms on pixels.</summary>
    /// <exception cref="InvalidDataException">The file cannot be decoded.</exception>
    internal byte[] Planes(long position)
    {
        using var image = _samples.Pixels(position, new TransformRandom(0, 0, position));
        return image.ToPlanes();
    }

    /// <summary>Reads every file once.</summary>
    internal ImageSurvey Survey(CancellationToken cancellationToken)
        => ImageSurvey.Of(_list, Options, cancellationToken);

    /// <summary>The images at some positions.</summary>
    internal ImageFolder Subset(IReadOnlyList<long> positions) => new(_list.Subset(positions), Options, _faults);

    /// <inheritdoc/>
    public IEnumerable<Batch<(Tensor Inputs, Tensor Targets)>> Read(
        EpochPlan plan, CancellationToken cancellationToken)
    {
        EpochSlices.Check(plan);
        return Batches(plan, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The transforms draw by chance, and only <see cref="Read"/> knows
    /// the epoch.</exception>
    public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(device);
        if (Options.Transforms.IsRandom)
        {
            throw new InvalidOperationException(
                $"ImageFolder: expected transforms without chance for batches by position, got {Options.Transforms}; "
                    + "use With to take others, or Read.");
        }

        using var scope = NewDisposeScope();
        var positions = indices.data<long>().ToArray();
        var inputs = empty([positions.Length, .. InputShape], ScalarType.Float32);
        Parallel.For(
            0, positions.Length, new ParallelOptions { MaxDegreeOfParallelism = Options.Reader.Workers },
            i => _samples.Load(
                positions[i], new TransformRandom(0, 0, positions[i]),
                FloatSpan.Of(inputs).Slice(i * _samples.Size, _samples.Size)));
        var targets = tensor(
            Array.ConvertAll(positions, p => (long)_list.Labels[p]), [positions.Length], ScalarType.Int64);
        return (inputs.to(device).MoveToOuterDisposeScope(), targets.to(device).MoveToOuterDisposeScope());
    }

    /// <summary>How many images of what shape, and the classes.</summary>
    public override string ToString()
        => $"{Count} images ({string.Join(",", InputShape)}) of {string.Join(", ", Classes)}";

    private IEnumerable<Batch<(Tensor Inputs, Tensor Targets)>> Batches(
        EpochPlan plan, CancellationToken cancellationToken)
    {
        var order = EpochSlices.Order(plan, Count);
        var leaveOut = Options.OnBadFile == BadSample.LeaveOut;
        var meter = _meter = new ReadMeter();
        using var pipeline = new OrderedPipeline<ImageBatch>(
            EpochSlices.Of(plan, Count)
                .Select(s => new ImageBatch(_samples, order[(int)s.Start..(int)(s.Start + s.Count)])),
            static batch => batch.Parts, (batch, part) => batch.Load(part, plan, leaveOut),
            static batch => batch.Discard(), Options.Reader, meter);
        try
        {
            while (pipeline.TryTake(out var filled, cancellationToken))
            {
                foreach (var fault in filled.Faults.Where(_ => _faults.Count < MostFaults))
                {
                    _faults.TryAdd(fault, 0);
                }

                var batch = filled.Finish(_list, plan.Device);
                meter.Add(batch.Samples, filled.Positions.Length - batch.Samples);
                yield return batch;
            }
        }
        finally
        {
            meter.End();
        }
    }
}
