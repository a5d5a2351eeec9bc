namespace MaaS.Text;

/// <summary>An end of a sequence.</summary>
public enum Side
{
    /// <summary>Where it ends.</summary>
    Right,

    /// <summary>Where it starts.</summary>
    Left,
}
