using System.Reflection;
using System.Runtime.InteropServices;
using MaaS.Training.Startup;

namespace MaaS.Training.Reports;

/// <summary>What a run ran on.</summary>
public static class RunEnvironment
{
    /// <summary>Versions and machine, as name and value; loads libtorch.</summary>
    public static IReadOnlyList<(string Name, string Value)> Describe()
    {
        var torch = TorchRuntime.Describe();
        return
        [
            ("machine", $"{torch.Processor}, {Environment.ProcessorCount} cores for this process"),
            ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            ("versions", $"MaaS {VersionOf(typeof(RunEnvironment))}, .NET {Environment.Version}, "
                + $"TorchSharp {VersionOf(typeof(TorchSharp.torch))}, libtorch {torch.LibTorch}"),
            ("CUDA", torch.Cuda),
        ];
    }

    private static string VersionOf(Type type)
        => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? $"{type.Assembly.GetName().Version}";
}
