using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training;

/// <summary>Turns the name of a device into a device of this machine.</summary>
public static class DeviceChoice
{
    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>auto</c> (CUDA where there is one, otherwise the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="InvalidOperationException">CUDA is asked for and there is none: nothing falls back silently.</exception>
    public static Device Resolve(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = 0;
        switch (name.ToLowerInvariant())
        {
            case "auto":
                return cuda.is_available() ? new Device(DeviceType.CUDA, 0) : new Device(DeviceType.CPU);
            case "cpu":
                return new Device(DeviceType.CPU);
            case "cuda":
                break;
            case var text when text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text[5..], out index) && index >= 0:
                break;
            default:
                throw new ArgumentException($"Device: expected auto, cpu, cuda or cuda:N, got '{name}'.", nameof(name));
        }

        if (!cuda.is_available() || index >= cuda.device_count())
        {
            throw new InvalidOperationException(
                $"Device '{name}': expected a CUDA device, got {(cuda.is_available() ? cuda.device_count() : 0)} of them; "
                + "use cpu or auto, or set up a CUDA torch backend (./maas setup).");
        }

        return new Device(DeviceType.CUDA, index);
    }
}
