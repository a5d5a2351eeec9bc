using System.CommandLine;
using System.CommandLine.Parsing;

namespace MaaS.Cli.CommandLine;

/// <summary>Reports a wrong command line: what was not understood, the nearest name that exists, where help
/// is.</summary>
internal static class UsageErrors
{
    public static int Report(ParseResult result, TextWriter error)
    {
        var command = result.CommandResult.Command;
        var unmatched = result.UnmatchedTokens.Where(token => token.StartsWith('-') || command.Subcommands.Count > 0)
            .ToArray();
        foreach (var token in unmatched)
        {
            var near = Nearest(token, command);
            error.WriteLine($"maas: unknown {(token.StartsWith('-') ? "option" : "command")} '{token}'"
                + (near is null ? "." : $"; did you mean '{near}'?"));
        }

        // Errors about unmatched tokens repeat what was said above, and the value behind an unknown option is no error
        // of its own.
        foreach (var parseError in result.Errors.Where(
            e => unmatched.Length == 0 && !result.UnmatchedTokens.Any(t => e.Message.Contains($"'{t}'"))))
        {
            error.WriteLine($"maas: {parseError.Message}");
        }

        if (unmatched.Length == 0)
        {
            foreach (var token in result.UnmatchedTokens)
            {
                error.WriteLine($"maas: unexpected argument '{token}'.");
            }
        }

        error.WriteLine($"Run '{CommandPath(result.CommandResult)} --help' for its options and examples.");
        return ExitCode.Usage;
    }

    private static string? Nearest(string token, Command command)
    {
        var names = token.StartsWith('-')
            ? command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.SelectMany(sub => sub.Aliases.Append(sub.Name));
        var near = names.Select(name => (name, distance: EditDistance(token, name)))
            .OrderBy(candidate => candidate.distance).FirstOrDefault();
        return near.name is not null && near.distance <= Math.Max(2, token.Length / 3) ? near.name : null;
    }

    private static string CommandPath(SymbolResult? result) => result switch
    {
        CommandResult { Parent: null } => "maas",
        CommandResult command => $"{CommandPath(command.Parent)} {command.Command.Name}",
        _ => "maas",
    };

    // Levenshtein distance with one row.
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
