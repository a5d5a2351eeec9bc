using MaaS.Core.Packages;

namespace MaaS.Serving;

/// <summary>
/// Shadow traffic: after a request is answered, its copy runs on another version or model. The results are compared and
/// counted, and never returned. Copies that find no room are dropped.
/// </summary>
public sealed record ShadowRule
{
    /// <summary>Model of the copies; null for the same model.</summary>
    public string? Model { get; set; }

    /// <summary>Version or label of the copies; null for the one that the other model would choose.</summary>
    public string? Target { get; set; }

    /// <summary>Part of the requests that is copied, above 0 to 1. Default 1.</summary>
    public double Fraction { get; set; } = 1;

    /// <summary>
    /// Largest difference of two numbers that counts as equal, absolute plus relative to the answer. Default 1e-3.
    /// </summary>
    public double Tolerance { get; set; } = 1e-3;

    /// <summary>Every fault, each after the path of its option.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        if (Model is null && Target is null)
        {
            yield return $"{path}: expected {nameof(Model)}, {nameof(Target)} or both, got neither";
        }

        if (Model is not null && !ModelNames.IsValid(Model))
        {
            yield return $"{path}:{nameof(Model)}: expected {ModelNames.Rule}, got '{Model}'";
        }

        if (Target is not null && !ModelNames.IsValid(Target))
        {
            yield return $"{path}:{nameof(Target)}: expected a version or label, got '{Target}'";
        }

        if (!(Fraction is > 0 and <= 1))
        {
            yield return $"{path}:{nameof(Fraction)}: expected above 0 to 1, got {Fraction}";
        }

        if (!(double.IsFinite(Tolerance) && Tolerance >= 0))
        {
            yield return $"{path}:{nameof(Tolerance)}: expected 0 or more, got {Tolerance}";
        }
    }
}
