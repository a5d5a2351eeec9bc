using System.Runtime.Intrinsics.X86;

namespace MaaS.Training.Startup;

/// <summary>The settings of oneDNN to choose from, the fastest first.</summary>
/// <remarks>
/// oneDNN reads the limit when it is first used, not when libtorch is loaded, and never again. An epoch of ResNet on
/// 8,000
/// images (AMD EPYC with AVX-512, two cores) took 2.3 s by default, 2.4 with AVX512_CORE, 3.2 with AVX2, 4.9 with AVX,
/// 9
/// with SSE41, 15 and more without oneDNN.
/// </remarks>
internal static class OneDnnLadder
{
    /// <summary>The variable of the process environment that limits the instruction sets.</summary>
    public const string Variable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>All that the processor has.</summary>
    public const string Default = "DEFAULT";

    /// <summary>libtorch's own operators in place of oneDNN's.</summary>
    public const string Off = "OFF";

    /// <summary>The settings of this processor.</summary>
    public static IReadOnlyList<string> Settings { get; } = ForProcessor();

    /// <summary>What a user writes to get a setting.</summary>
    public static string Instruction(string setting)
        => setting == Off ? $"{ProcessSettings.OneDnnSwitch}=off" : $"{Variable}={setting}";

    private static List<string> ForProcessor()
    {
        List<string> settings = [Default];
        if (Avx512F.IsSupported)
        {
            settings.Add("AVX512_CORE");
        }

        if (Avx2.IsSupported)
        {
            settings.AddRange(["AVX2", "AVX", "SSE41"]);
        }

        settings.Add(Off);
        return settings;
    }
}
