namespace MaaS.Training.Startup;

/// <summary>How long libgomp's threads spin for the next operator before they sleep.</summary>
/// <remarks>
/// Two epochs of ResNet (8,000 images, AMD EPYC, two cores), processor time in brackets. On a quiet machine: 4.7 s
/// (9.6)
/// by default, 5.6 s (9.1) with OMP_WAIT_POLICY=passive, 4.7 s (8.9) with 1,000 turns. With one more busy process:
/// 23.8 s
/// by default, 12.4 s passive, 13.8 s with 1,000 turns, 32 s with 10,000.
/// </remarks>
internal static class OpenMpWaiting
{
    private const string Spin = "GOMP_SPINCOUNT", Policy = "OMP_WAIT_POLICY", Turns = "1000";

    /// <summary>Sets the spinning where the user has set nothing; libgomp reads it when it is loaded.</summary>
    public static ProcessSetting Apply()
    {
        foreach (var name in new[] { Policy, Spin })
        {
            if (ProcessEnvironment.Get(name) is { } value)
            {
                return new ProcessSetting(name, value, ProcessSetting.FromUser);
            }
        }

        if (!OperatingSystem.IsLinux())
        {
            return new ProcessSetting(Spin, "unchanged: not Linux", ProcessSetting.FromLibrary);
        }

        ProcessEnvironment.Set(Spin, Turns);
        return new ProcessSetting(Spin, Turns, ProcessSetting.FromMaaS);
    }
}
