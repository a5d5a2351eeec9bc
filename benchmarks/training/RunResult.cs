namespace MaaS.Benchmarks.Training;

/// <summary>What one process measured; it prints this as one line of JSON.</summary>
/// <param name="Implementation">Who trained.</param>
/// <param name="Version">Versions of what it ran on.</param>
/// <param name="EpochSeconds">Wall time of each epoch's updates, data preparation included, evaluation not.</param>
/// <param name="TestAccuracy">After the last epoch, 0 to 1.</param>
/// <param name="PeakMegabytes">Largest resident memory of the process, MiB.</param>
internal sealed record RunResult(
    string Implementation, string Version, double[] EpochSeconds, double TestAccuracy, double PeakMegabytes);
