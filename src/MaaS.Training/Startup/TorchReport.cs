namespace MaaS.Training.Startup;

/// <summary>What MaaS set in this process and what the check of torch's operators found.</summary>
/// <param name="IsEnabled">Whether MaaS sets and checks anything (MAAS_TORCH_DEFAULTS).</param>
/// <param name="Processor">The processor.</param>
/// <param name="Settings">Settings in force.</param>
/// <param name="OneDnn">The setting of oneDNN in force, after the check.</param>
/// <param name="Errors">The errors of the operators that were measured with it.</param>
/// <param name="Duration">How long the check took.</param>
/// <param name="Message">The line that was written to standard error; null where there was nothing to say.</param>
public sealed record TorchReport(
    bool IsEnabled, string Processor, IReadOnlyList<ProcessSetting> Settings, string OneDnn,
    IReadOnlyList<OperatorError> Errors, TimeSpan Duration, string? Message);
