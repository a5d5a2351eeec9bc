using System.Text.RegularExpressions;

namespace MaaS.Serving.Faults;

/// <summary>
/// Messages of other libraries for clients and logs: they name files of this machine, which is nobody's business.
/// </summary>
internal static partial class PublicText
{
    /// <summary>Leaves the last part of every absolute path.</summary>
    /// <param name="message">What a library says.</param>
    /// <param name="folder">A folder whose files are named from there; null for none.</param>
    public static string WithoutPaths(string message, string? folder = null)
    {
        if (folder is not null)
        {
            // Longest first, so that none leaves the rest of another.
            foreach (var known in new[] { Path.GetFullPath(folder), folder }.Distinct()
                .OrderByDescending(f => f.Length))
            {
                message = message.Replace(
                    Path.TrimEndingDirectorySeparator(known) + Path.DirectorySeparatorChar,
                    "",
                    StringComparison.Ordinal);
            }
        }

        return Bare().Replace(Quoted().Replace(message, Shorten), Shorten);
    }

    private static string Shorten(Match match)
    {
        var path = match.Groups["path"].Value;
        var name = path.TrimEnd('/', '\\').Split('/', '\\')[^1];
        return IsPath(path, name) ? match.Value.Replace(path, name, StringComparison.Ordinal) : match.Value;
    }

    /// <summary>
    /// Addresses of this server and names of a network's nodes look like paths: those begin at no folder and name no
    /// file.
    /// </summary>
    private static bool IsPath(string path, string name)
        => path[0] != '/' || name.Contains('.', StringComparison.Ordinal)
        || Directory.Exists("/" + path.Split('/', 3)[1]);

    // A path in quotes may hold blanks.
    [GeneratedRegex("""(?<quote>['"])(?<path>(?:/(?!/)|[A-Za-z]:[\\/]|\\\\)[^'"\r\n]+)\k<quote>""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""(?<![\w.~%/\\{}-])(?<path>(?:/(?!/)|[A-Za-z]:[\\/]|\\\\)[^\s'"`<>|:*?()\[\],;]+)""")]
    private static partial Regex Bare();
}
