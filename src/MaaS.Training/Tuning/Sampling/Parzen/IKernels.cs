namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>The kernels of one parameter: one around each trial, and the last one for all values alike.</summary>
internal interface IKernels
{
    /// <summary>Draws a coordinate from a kernel.</summary>
    double Sample(int kernel, Random random);

    /// <summary>The logarithm of a kernel's density at a coordinate, or of its probability where values are
    /// separate.</summary>
    double LogDensity(int kernel, double coordinate);
}
