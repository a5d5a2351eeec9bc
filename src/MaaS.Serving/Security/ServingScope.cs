namespace MaaS.Serving.Security;

/// <summary>What a caller may do. Every endpoint asks for exactly one of these.</summary>
[Flags]
public enum ServingScope
{
    /// <summary>Nothing but what is open to all: liveness and readiness.</summary>
    None = 0,

    /// <summary>Run models.</summary>
    Predict = 1,

    /// <summary>Read metadata, states, statistics and metrics.</summary>
    Read = 2,

    /// <summary>Load and unload models, change routes.</summary>
    Admin = 4,

    /// <summary>Add versions to the registry, which nobody is served before an administrator promotes them.</summary>
    Publish = 8,

    /// <summary>Everything.</summary>
    All = Predict | Read | Admin | Publish,
}
