using System.CommandLine;
using System.Text.RegularExpressions;

namespace MaaS.Cli.CommandLine;

/// <summary>Command lines as a shell takes them.</summary>
internal static partial class CommandText
{
    /// <summary>The command line that was parsed, without the passwords of addresses.</summary>
    public static string Of(ParseResult result)
        => string.Join(' ', result.Tokens.Select(static t => Quoted(WithoutPassword(t.Value))).Prepend("maas"));

    /// <summary>An address whose password is replaced, as <c>postgres:Host=db;Password=***</c>; other texts as they
    /// are.</summary>
    public static string WithoutPassword(string text) => Password().Replace(text, "$1***");

    /// <summary>A word, in quotes where a shell would read it otherwise.</summary>
    public static string Quoted(string word)
        => word.Length > 0 && word.All(static c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex("""(\b(?:password|pwd)\s*=\s*)("[^"]*"|'[^']*'|[^;]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
