using System.Text.RegularExpressions;

namespace MaaS.Core.Packages;

/// <summary>Which names models may have: they become folders and parts of addresses.</summary>
public static partial class ModelNames
{
    /// <summary>The rule in words.</summary>
    public const string Rule = "1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot and without '..'";

    /// <summary>Whether a name keeps the rule.</summary>
    public static bool IsValid(string? name)
        => name is not null && Pattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Pattern();
}
