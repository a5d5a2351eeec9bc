using System.Diagnostics;
using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>
/// The settings under which torch runs in this process, and whether its operators are right on this processor.
/// </summary>
/// <remarks>
/// The settings are made when this assembly is first used. The operators are checked when MaaS first computes; programs
/// that use torch before that call <see cref="Ensure"/> themselves. docs/numerics.md says what is checked and how to
/// switch it off.
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lazy<TorchReport> Report = new(Check);

    /// <summary>Checks torch's operators against float64, once a process, and leaves out what is wrong.</summary>
    /// <returns>What is in force.</returns>
    /// <exception cref="DllNotFoundException">
    /// The program has no libtorch; the message has the command that adds it.
    /// </exception>
    /// <exception cref="TorchNumericsException">Operators are wrong and nothing mends them.</exception>
    public static TorchReport Ensure() => Report.Value;

    /// <summary>The settings in force in this process.</summary>
    public static IReadOnlyList<ProcessSetting> Settings => [.. ProcessSettings.Applied, ProcessSettings.OneDnn];

    /// <summary>Loads libtorch and says what it is; checks nothing.</summary>
    /// <exception cref="DllNotFoundException">
    /// The program has no libtorch; the message has the command that adds it.
    /// </exception>
    public static TorchDescription Describe()
    {
        NativeLibraries.RequireLibTorch();
        return new TorchDescription(
            Processor.Name,
            LibTorchLibrary.Version ?? "a version that does not say",
            LibTorchLibrary.Path ?? "a place that the system does not tell",
            cuda.is_available() ? $"{cuda.device_count()} devices"
                : LibTorchLibrary.HasCudaPart ? "none: libtorch has its CUDA part and finds no device"
                : "none: this libtorch has no CUDA part");
    }

    private static TorchReport Check()
    {
        NativeLibraries.RequireLibTorch();
        var setting = ProcessSettings.OneDnn;
        if (!ProcessSettings.IsEnabled)
        {
            return new TorchReport(false, Processor.Name, [], setting.Value, [], TimeSpan.Zero, null);
        }

        var start = Stopwatch.GetTimestamp();
        var (value, errors, message) = new StartupCheck
        {
            OneDnn = setting,
            Holds = !ProcessSettings.TorchWasLoaded,
            Ladder = OneDnnLadder.Settings,
            Verdicts = VerdictFile.OfThisMachine,
            Measure = static (cases, stopAtWrong) => OperatorCheck.Run(cases, stopAtWrong),
            SwitchOff = static () => LibTorchLibrary.UsesOneDnn = false,
        }.Run();
        if (message is not null)
        {
            Console.Error.WriteLine(message);
        }

        return new TorchReport(true, Processor.Name, Settings, value, errors, Stopwatch.GetElapsedTime(start), message);
    }
}
