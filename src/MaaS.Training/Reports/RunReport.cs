using MaaS.Primitives.Files;

namespace MaaS.Training.Reports;

/// <summary>A training run as one HTML page: how it went, what came of it, and how to do it again.</summary>
public sealed record RunReport
{
    /// <summary>What the run was about.</summary>
    public required string Title { get; init; }

    /// <summary>The epochs; may be empty.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];

    /// <summary>Moments of the run, as <see cref="RunRecorder"/> keeps them; may be empty.</summary>
    public IReadOnlyList<RunPoint> Points { get; init; } = [];

    /// <summary>What a classifier said of samples that it had not seen; then, if any, what it is compared with, of the
    /// same samples.</summary>
    public IReadOnlyList<ClassifiedSamples> Classified { get; init; } = [];

    /// <summary>Likewise of a regression.</summary>
    public IReadOnlyList<RegressedSamples> Regressed { get; init; } = [];

    /// <summary>What else is to be known, as name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>The command line that does the same again; null where there was none.</summary>
    public string? Command { get; init; }

    /// <summary>The page: no scripts, nothing that it loads from elsewhere.</summary>
    public string ToHtml() => RunReportPage.Render(this);

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ToHtml());
    }
}
