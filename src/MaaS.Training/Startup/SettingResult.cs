namespace MaaS.Training.Startup;

/// <summary>What a process with one setting of oneDNN measured.</summary>
/// <param name="Setting">DEFAULT, a limit of ONEDNN_MAX_CPU_ISA, or OFF.</param>
/// <param name="Errors">The largest error of each operator, shape and result; empty where the process failed.</param>
/// <param name="StepMilliseconds">
/// Time of one thread for forward and backward of a 3×3 convolution, 16→16 channels, 28×28, batch 32, channels-last;
/// null
/// where the process failed.
/// </param>
/// <param name="Failure">How the process failed; null where it did not.</param>
public sealed record SettingResult(
    string Setting, IReadOnlyList<OperatorError> Errors, double? StepMilliseconds, string? Failure)
{
    /// <summary>Whether every operator agreed with float64.</summary>
    public bool IsRight => Failure is null && Errors.Count > 0 && !Errors.Any(static e => e.IsWrong);

    /// <summary>The largest error in parts of what is allowed; null where everything is right.</summary>
    public OperatorError? Worst => Errors.Where(static e => e.IsWrong)
        .MaxBy(static e => double.IsNaN(e.Error) ? double.PositiveInfinity : e.Error / e.Tolerance);
}
