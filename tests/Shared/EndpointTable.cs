using System.Reflection;
using System.Text.RegularExpressions;

namespace MaaS.Tests;

/// <summary>The table of docs/security.md: every endpoint of a server and what it asks of its caller.</summary>
internal static partial class EndpointTable
{
    /// <summary>Every address that the rows' patterns stand for, parameters in braces.</summary>
    public static IEnumerable<(string Method, string Address, string Scope)> Read()
    {
        var root = typeof(EndpointTable).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static a => a.Key == "RepoRoot").Value!;
        var text = File.ReadAllText(Path.Combine(root, "docs", "security.md"));
        var table = text[text.IndexOf("<!-- endpoints -->", StringComparison.Ordinal)..text.IndexOf(
            "<!-- /endpoints -->", StringComparison.Ordinal)];
        return
            from row in table.Split('\n').Where(static l => l.StartsWith('|')).Skip(2)
            let cells = row.Replace("\\|", "\0", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries)
            from method in cells[1].Split(", ")
            from address in Expand(cells[2].Split('`')[1].Replace('\0', '|'))
            select (method, address, cells[3]);
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        // The innermost brackets first: they hold no others.
        var match = Brackets().Match(pattern);
        if (!match.Success)
        {
            return [pattern];
        }

        var inner = match.Value[1..^1];
        string[] choices = match.Value[0] == '(' ? inner.Split('|') : ["", inner];
        return choices.SelectMany(c => Expand(pattern[..match.Index] + c + pattern[(match.Index + match.Length)..]))
            .Distinct();
    }

    [GeneratedRegex(@"\([^()\[\]]*\)|\[[^()\[\]]*\]")]
    private static partial Regex Brackets();
}
