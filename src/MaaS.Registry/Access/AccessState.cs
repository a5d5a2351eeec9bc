namespace MaaS.Registry.Access;

/// <summary>What became of somebody's wish to download a model.</summary>
public enum AccessState
{
    /// <summary>Nobody has decided yet.</summary>
    Asked,

    /// <summary>They may download every version that they can see.</summary>
    Granted,

    /// <summary>They may not, or may not any more.</summary>
    Refused,
}
