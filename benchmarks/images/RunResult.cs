namespace MaaS.Benchmarks.Images;

/// <summary>What one process measured; it prints this as one line of JSON.</summary>
/// <param name="Version">Versions of what it ran on.</param>
/// <param name="Images">Images of an epoch.</param>
/// <param name="Seconds">Wall time of each epoch.</param>
/// <param name="CpuSeconds">Processor time of each epoch, of the process and its workers: what other work on the machine
/// cannot spoil.</param>
/// <param name="PeakMegabytes">Largest resident memory after each epoch, MiB, of the process and its workers.</param>
/// <param name="Mean">Of all values of an epoch: the sides must agree.</param>
internal sealed record RunResult(string Version, long Images, double[] Seconds, double[] CpuSeconds, double[] PeakMegabytes, double Mean);
