using MaaS.Images;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images;

/// <summary>How image files become batches.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>1 for grey, 3 for colour. Default 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>From a decoded image to a model's input; all inputs must come out in one size. By default pixels are
    /// scaled to 0…1 and nothing else.</summary>
    public Compose Transforms { get; init; } = new();

    /// <summary>Class names in the order of the labels' values; null for those that are there, by ordinal order.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>What happens to a file that cannot be decoded. Default: reading ends.</summary>
    public BadSample OnBadFile { get; init; } = BadSample.Refuse;

    /// <summary>Limits of a file, checked before it is decoded.</summary>
    public ImageLimits Limits { get; init; } = new();

    /// <summary>Threads and how far they read ahead.</summary>
    public ReaderOptions Reader { get; init; } = new();
}
