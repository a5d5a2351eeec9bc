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
        => !Secret().IsMatch(word) ? word
            : string.Concat(word.TakeWhile(char.IsAsciiLetterOrDigit)) is { Length: > 0 } kind
                && word[kind.Length..].StartsWith(':') ? $"{kind}:…" : "…";

    // As connection strings name it, Npgsql's short names among them, or before the host of a URL.
    [GeneratedRegex(@"(password|pwd|psw|secret|token)\s*=|://[^/@\s]*:[^@\s]*@", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    /// <summary>A word, in quotes where a shell would read it otherwise.</summary>
    public static string Quoted(string word)
        => word.Length > 0 && word.All(static c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
