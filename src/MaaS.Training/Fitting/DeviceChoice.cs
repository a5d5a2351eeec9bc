using System.Globalization;
using MaaS.Training.Fitting.Processes;
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
    /// <c>cuda:N</c>. Without a number, each of the processes that mpirun started takes a GPU of its own.</param>
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
                return cuda.is_available() ? Own("auto") : new Device(DeviceType.CPU);
            case "cpu":
                return new Device(DeviceType.CPU);
        }

        if (name.Equals("cuda", StringComparison.OrdinalIgnoreCase) && cuda.is_available())
        {
            return Own(name);
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

    // One GPU for each of the processes that mpirun started on this machine.
    private static Device Own(string name) => ProcessGroup.LocalRank < cuda.device_count()
        ? new Device(DeviceType.CUDA, ProcessGroup.LocalRank)
        : throw new InvalidOperationException(
            $"Device '{name}': expected a GPU for each process of this machine, got {cuda.device_count()} of them for "
                + $"process {ProcessGroup.LocalRank}; start fewer processes, or use cpu.");

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
