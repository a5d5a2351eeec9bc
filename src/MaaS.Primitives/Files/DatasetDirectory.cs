namespace MaaS.Primitives.Files;

/// <summary>Finds the folder that holds a data set's files.</summary>
internal static class DatasetDirectory
{
    /// <summary>Environment variable that names another cache root than <c>artifacts/data</c>.</summary>
    public const string CacheVariable = "MAAS_DATA";

    /// <summary>The candidates in the order of their precedence.</summary>
    /// <param name="name">Name of the folder in the cache.</param>
    /// <param name="explicitDirectory">The user's choice, which excludes all others.</param>
    /// <param name="systemDirectories">Where operating systems install the data set.</param>
    public static IEnumerable<string> Candidates(
        string name, string? explicitDirectory, params IEnumerable<string> systemDirectories)
    {
        if (explicitDirectory is not null)
        {
            return [explicitDirectory];
        }

        if (Environment.GetEnvironmentVariable(CacheVariable) is { Length: > 0 } root)
        {
            return [Path.Combine(root, name), .. systemDirectories];
        }

        return
        [
            .. Upward(Directory.GetCurrentDirectory()).Concat(Upward(AppContext.BaseDirectory))
                .Select(folder => Path.Combine(folder, "artifacts", "data", name)).Distinct(StringComparer.Ordinal),
            .. systemDirectories,
        ];
    }

    private static IEnumerable<string> Upward(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
