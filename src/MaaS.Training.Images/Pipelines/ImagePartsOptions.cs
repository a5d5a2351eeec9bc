using MaaS.Images;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images.Pipelines;

/// <summary>How image files are read and divided.</summary>
public sealed record ImagePartsOptions
{
    /// <summary>1 for grey, 3 for colour. Default 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Share of each class that is held back for the test, above 0 and below 1, where no folder is named
    /// <c>test</c>.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>Seed of that draw.</summary>
    public int SplitSeed { get; init; }

    /// <summary>What happens to files that cannot be decoded: all of them are named in one error, or left
    /// out.</summary>
    public BadSample OnBadFile { get; init; } = BadSample.Refuse;

    /// <summary>Limits of a file, checked before it is decoded.</summary>
    public ImageLimits Limits { get; init; } = new();

    /// <summary>Threads and how far they read ahead.</summary>
    public ReaderOptions Reader { get; init; } = new();

    internal ImageFolderOptions ForFolder(IReadOnlyList<string>? classes = null) => new()
    {
        Channels = Channels,
        Classes = classes,
        // The survey names them all; one alone would end it.
        OnBadFile = BadSample.LeaveOut,
        Limits = Limits,
        Reader = Reader,
    };
}
