namespace MaaS.Training.Tuning;

/// <summary>Which values of an objective are better.</summary>
public enum Direction
{
    /// <summary>Lower ones.</summary>
    Minimize,

    /// <summary>Higher ones.</summary>
    Maximize,
}
