using System.Text.RegularExpressions;

namespace MaaS.Core.Packages;

/// <summary>Which paths files of a package may have: relative, with /, harmless on every system.</summary>
internal static partial class PackagePath
{
    public const string Manifest = "manifest.json";

    public const string Signature = "manifest.sig";

    /// <summary>An encrypted package in a folder that has nothing else: as a registry keeps it.</summary>
    public const string Sealed = "sealed.maas";

    public const string Rule = "a relative path of A-Z a-z 0-9 . _ + - and /, no part starting or ending with a dot";

    public static bool IsValid(string path)
        => path.Length <= 255 && Pattern().IsMatch(path) && path is not (Manifest or Signature);

    [GeneratedRegex(
        @"\A[A-Za-z0-9_+-]([A-Za-z0-9._+-]*[A-Za-z0-9_+-])?(/[A-Za-z0-9_+-]([A-Za-z0-9._+-]*[A-Za-z0-9_+-])?)*\z")]
    private static partial Regex Pattern();
}
