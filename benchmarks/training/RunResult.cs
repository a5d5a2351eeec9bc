namespace MaaS.Benchmarks.Training;

/// <summary>What one process measured; it prints this as one line of JSON.</summary>
/// <param name="Version">Versions of what it ran on.</param>
/// <param name="Settings">Threads, workers and memory layout.</param>
/// <param name="OneDnn">The instruction set that oneDNN is limited to, <c>off</c> or <c>default</c>.</param>
/// <param name="EpochSeconds">Wall time of each epoch's updates, data preparation included, evaluation not.</param>
/// <param name="TestAccuracy">After the last epoch, 0 to 1.</param>
/// <param name="PeakMegabytes">Largest resident memory of the process, MiB, before numbers are checked.</param>
/// <param name="GradientError">Largest relative error of the network's gradients against float64, see
/// <see cref="NumberCheck"/>.</param>
/// <param name="ConvolutionError">The same of a small 1-D convolution, which oneDNN gets wrong on some
/// processors.</param>
internal sealed record RunResult(
    string Version, string Settings, string OneDnn, double[] EpochSeconds, double TestAccuracy, double PeakMegabytes,
    double GradientError, double ConvolutionError);
