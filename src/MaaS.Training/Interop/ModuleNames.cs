namespace MaaS.Training.Interop;

/// <summary>Names of submodules, as <c>encoder.layers.0</c>, in options that choose among them.</summary>
internal static class ModuleNames
{
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
                $"{what}: expected names of submodules, got {string.Join(", ", unknown.Select(static n => $"'{n}'"))}; "
                    + "there are "
                + $"{string.Join(", ", modules)}.");
        }
    }
}
