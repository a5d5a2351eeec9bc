namespace MaaS.Registry.Studies;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>Nobody works on it: it was given, or its worker died or was stopped.</summary>
    Waiting,

    /// <summary>A worker holds it.</summary>
    Running,

    /// <summary>It has its values.</summary>
    Complete,

    /// <summary>It was stopped early, because others did better at the same step.</summary>
    Pruned,

    /// <summary>It ended without values.</summary>
    Failed,
}
