namespace MaaS.Training.Compression;

/// <summary>Counts the steps of a compression: each float network with its quantizations, then latency,
/// the test of the choice, and packages.</summary>
internal sealed class StepCounter(IProgress<CompressionProgress>? progress, int ratios, int quantizations)
{
    private readonly int _steps = ((1 + ratios) * (1 + quantizations)) + 3;
    private int _step;

    public void Next(string activity) => progress?.Report(new CompressionProgress(++_step, _steps, activity));
}
