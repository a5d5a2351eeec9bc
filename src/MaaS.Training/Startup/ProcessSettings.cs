namespace MaaS.Training.Startup;

/// <summary>
/// Settings that native libraries read once, applied before the first tensor. What the user has set stays.
/// </summary>
internal static class ProcessSettings
{
    /// <summary>The variable that switches everything off: MAAS_TORCH_DEFAULTS=0.</summary>
    public const string Switch = "MAAS_TORCH_DEFAULTS";

    /// <summary>The same as a switch of runtimeconfig.json.</summary>
    public const string ContextSwitch = "MaaS.TorchDefaults";

    /// <summary>The variable that takes oneDNN out of this process: MAAS_ONEDNN=off.</summary>
    public const string OneDnnSwitch = "MAAS_ONEDNN";

    /// <summary>Whether MaaS may set anything and checks the operators.</summary>
    public static bool IsEnabled { get; } =
        ProcessEnvironment.Get(Switch) is not "0" && (!AppContext.TryGetSwitch(ContextSwitch, out var on) || on);

    /// <summary>What holds in this process, in the order in which it was set.</summary>
    public static IReadOnlyList<ProcessSetting> Applied { get; private set; } = [];

    /// <summary>
    /// The setting of oneDNN, one of <see cref="OneDnnLadder.Settings"/> or what the user's limit says.
    /// </summary>
    public static ProcessSetting OneDnn { get; private set; } =
        new("oneDNN", OneDnnLadder.Default, ProcessSetting.FromLibrary);

    /// <summary>Whether oneDNN may have been used before its limit was set, so that the limit may not hold.</summary>
    public static bool TorchWasLoaded { get; private set; }

    /// <summary>Sets what is not set.</summary>
    public static void Apply()
    {
        if (!IsEnabled)
        {
            return;
        }

        Applied = [OpenMpWaiting.Apply(), HeapThresholds.Apply()];
        OneDnn = UserOneDnn() ?? CachedOneDnn();
    }

    private static ProcessSetting? UserOneDnn()
        => "off".Equals(ProcessEnvironment.Get(OneDnnSwitch), StringComparison.OrdinalIgnoreCase)
            ? new ProcessSetting("oneDNN", OneDnnLadder.Off, ProcessSetting.FromUser)
            : ProcessEnvironment.Get(OneDnnLadder.Variable) is { } limit
                ? new ProcessSetting("oneDNN", limit.ToUpperInvariant(), ProcessSetting.FromUser)
                : null;

    private static ProcessSetting CachedOneDnn()
    {
        var choice = VerdictFile.OfThisMachine.Read().Choose(OneDnnLadder.Settings);
        TorchWasLoaded = AppDomain.CurrentDomain.GetAssemblies().Any(static a => a.GetName().Name == "TorchSharp")
            && LibTorchLibrary.IsLoaded;
        if (choice is OneDnnLadder.Default)
        {
            return new ProcessSetting("oneDNN", choice, ProcessSetting.FromLibrary);
        }

        if (choice is not OneDnnLadder.Off)
        {
            ProcessEnvironment.Set(OneDnnLadder.Variable, choice);
        }

        return new ProcessSetting("oneDNN", choice, ProcessSetting.FromMaaS);
    }
}
