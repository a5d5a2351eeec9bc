namespace MaaS.Training.Pruning;

/// <summary>Checks of ratios and of layer names.</summary>
internal static class PruningChecks
{
    /// <summary>A ratio to remove, 0 to below 1.</summary>
    public static double Ratio(double value, string name) => value switch
    {
        >= 0 and < 1 => value,
        1 => throw new ArgumentOutOfRangeException(
            name, value, $"Pruning: expected {name} below 1, got 1; every group would lose its last channel."),
        _ => throw new ArgumentOutOfRangeException(name, value, $"Pruning: expected {name} from 0 to below 1, got {value}."),
    };

    /// <summary>A share to keep, above 0 to 1.</summary>
    public static double Share(double value, string name) => value is > 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"Pruning: expected {name} above 0 to 1, got {value}.");

    /// <summary>Whether a layer is one of some modules or below one of them.</summary>
    public static bool IsBelow(string layer, string module)
        => layer == module || layer.StartsWith(module + ".", StringComparison.Ordinal);

    /// <summary>Every name must be a module or a layer below it.</summary>
    public static void Known(IEnumerable<string> names, IReadOnlyCollection<string> modules, string what)
    {
        var unknown = names.Where(name => !modules.Contains(name)).ToArray();
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{what}: expected names of submodules, got {string.Join(", ", unknown.Select(static n => $"'{n}'"))}; there are "
                + $"{string.Join(", ", modules)}.");
        }
    }
}
