namespace MaaS.Registry.Versions;

/// <summary>Where a version is in its life.</summary>
public enum ModelStage
{
    /// <summary>Added, and nothing more.</summary>
    None,

    /// <summary>Being tried; a model may have several such versions.</summary>
    Staging,

    /// <summary>The one that serves; a model has at most one.</summary>
    Production,

    /// <summary>Was in use, and is kept.</summary>
    Archived,
}
