namespace MaaS.Training.Pruning;

/// <summary>Checks of ratios and shares.</summary>
internal static class PruningChecks
{
    /// <summary>A ratio to remove, 0 to below 1.</summary>
    public static double Ratio(double value, string name) => value switch
    {
        >= 0 and < 1 => value,
        1 => throw new ArgumentOutOfRangeException(
            name, value, $"Pruning: expected {name} below 1, got 1; every group would lose its last channel."),
        _ => throw new ArgumentOutOfRangeException(
            name, value, $"Pruning: expected {name} from 0 to below 1, got {value}."),
    };

    /// <summary>A share to keep, above 0 to 1.</summary>
    public static double Share(double value, string name) => value is > 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"Pruning: expected {name} above 0 to 1, got {value}.");
}
