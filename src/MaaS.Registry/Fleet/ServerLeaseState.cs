namespace MaaS.Registry.Fleet;

/// <summary>Whether a server takes requests.</summary>
public enum ServerLeaseState
{
    /// <summary>It loads its models.</summary>
    Starting,

    /// <summary>It answers.</summary>
    Ready,

    /// <summary>It finishes what it has and takes nothing new.</summary>
    Draining,
}
