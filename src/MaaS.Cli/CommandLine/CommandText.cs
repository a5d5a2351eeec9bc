using System.CommandLine;

namespace MaaS.Cli.CommandLine;

/// <summary>Command lines as a shell takes them.</summary>
internal static class CommandText
{
    /// <summary>The command line that was parsed.</summary>
    public static string Of(ParseResult result)
        => string.Join(' ', result.Tokens.Select(static t => Quoted(t.Value)).Prepend("maas"));

    /// <summary>A word, in quotes where a shell would read it otherwise.</summary>
    public static string Quoted(string word)
        => word.Length > 0 && word.All(static c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
