using System.CommandLine;
using System.Text.RegularExpressions;

namespace MaaS.Cli.CommandLine;

/// <summary>Command lines as a shell takes them.</summary>
internal static partial class CommandText
{
    /// <summary>The command line that was parsed, without passwords.</summary>
    public static string Of(ParseResult result)
        => string.Join(' ', result.Tokens.Select(static t => Quoted(Shown(t.Value))).Prepend("maas"));

    /// <summary>A word as it may be kept and shown: of an address with a password only what kind it is.</summary>
    public static string Shown(string word)
        => Secret().IsMatch(word)
            ? word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? $"{word[..colon]}:…" : "…" : word;

    [GeneratedRegex(@"(password|pwd|secret|token)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    /// <summary>A word, in quotes where a shell would read it otherwise.</summary>
    public static string Quoted(string word)
        => word.Length > 0 && word.All(static c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
