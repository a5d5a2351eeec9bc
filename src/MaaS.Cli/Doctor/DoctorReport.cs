using System.Reflection;
using System.Runtime.InteropServices;
using MaaS.Training.Startup;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace MaaS.Cli.Doctor;

/// <summary>What <c>maas doctor</c> found.</summary>
/// <param name="Versions">What runs here, by name.</param>
/// <param name="Settings">Settings in force in this process.</param>
/// <param name="Results">Operators of each setting of oneDNN; none where nothing was measured.</param>
/// <param name="Chosen">The setting that later processes take; null where nothing was measured.</param>
internal sealed record DoctorReport(
    IReadOnlyDictionary<string, string> Versions, IReadOnlyList<ProcessSetting> Settings,
    IReadOnlyList<SettingResult> Results, string? Chosen)
{
    /// <summary>Versions of this process; loads libtorch.</summary>
    public static Dictionary<string, string> Read()
    {
        var torch = TorchRuntime.Describe();
        return new Dictionary<string, string>
        {
            ["MaaS"] = VersionOf(typeof(TorchRuntime).Assembly),
            [".NET"] = Environment.Version.ToString(),
            ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            ["processor"] = $"{torch.Processor}, {Environment.ProcessorCount} cores for this process",
            ["TorchSharp"] = VersionOf(typeof(torch).Assembly),
            ["libtorch"] = $"{torch.LibTorch}, {torch.Path}",
            ["CUDA"] = torch.Cuda,
            ["ONNX Runtime"] = OrtEnv.Instance().GetVersionString(),
        };
    }

    private static string VersionOf(Assembly assembly)
        => assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? $"{assembly.GetName().Version}";
}
