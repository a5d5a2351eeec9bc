using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Turns the name of a device into a device of this machine.</summary>
public static class DeviceChoice
{
    internal const string Names = "auto, cpu, cuda or cuda:N";

    private const string CudaPrefix = "cuda:";

    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>auto</c> (CUDA where there is one, otherwise the CPU), <c>cpu</c>, <c>cuda</c> or
    /// <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="InvalidOperationException">CUDA is asked for and there is none: nothing falls back
    /// silently.</exception>
    public static Device Resolve(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new ArgumentException($"Device: expected {Names}, got '{name}'.", nameof(name));
        }

        switch (name.ToLowerInvariant())
        {
            case "auto":
                return cuda.is_available() ? new Device(DeviceType.CUDA, 0) : new Device(DeviceType.CPU);
            case "cpu":
                return new Device(DeviceType.CPU);
        }

        var index = CudaIndex(name);
        if (!cuda.is_available() || index >= cuda.device_count())
        {
            throw new InvalidOperationException(
                $"Device '{name}': expected a CUDA device, got {(cuda.is_available() ? cuda.device_count() : 0)} of "
                    + "them; "
                + "use cpu or auto, or set up a CUDA torch backend (./maas setup).");
        }

        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>Whether a text is the name of a device, be it there or not.</summary>
    internal static bool IsName(string? name)
        => name?.ToLowerInvariant() is "auto" or "cpu" || (name is not null && CudaIndex(name) >= 0);

    // 0 for cuda, N for cuda:N, -1 for anything else.
    private static int CudaIndex(string name)
        => name.Equals("cuda", StringComparison.OrdinalIgnoreCase) ? 0
            : name.StartsWith(CudaPrefix, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(
                    name.AsSpan(CudaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                        ? index
            : -1;
}
