using System.Reflection;

namespace MaaS.Architecture.Tests;

/// <summary>The files of this repository as the tests read them.</summary>
internal static class Repository
{
    private static readonly string[] BuildOutput = ["bin", "obj"];

    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "RepoRoot").Value!;

    /// <summary>Set where the tests may rewrite the tables in docs/ instead of comparing them.</summary>
    public static bool UpdatesDocs => Environment.GetEnvironmentVariable("MAAS_UPDATE_DOCS") == "1";

    /// <summary>The projects of src, by name.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetFiles(PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal)];

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string ProjectFile(string project) => PathOf($"src/{project}/{project}.csproj");

    /// <summary>The written C# files below a folder, without what the build makes.</summary>
    public static IEnumerable<string> Sources(string folder)
        => Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Where(
                static p => !Path.GetRelativePath(Root, p).Split(Path.DirectorySeparatorChar).Any(BuildOutput.Contains))
            .Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}
