namespace MaaS.Training.Compression;

/// <summary>Counts the steps of a compression: each float network with its quantizations, then latency and
/// packages.</summary>
internal sealed class StepCounter(IProgress<CompressionProgress>? progress, int ratios, int quantizations)
{
    private readonly int _steps = ((1 + ratios) * (1 + quantizations)) + 2;
    private int _step;

    public void Next(string activity) => progress?.Report(new CompressionProgress(++_step, _steps, activity));
}
