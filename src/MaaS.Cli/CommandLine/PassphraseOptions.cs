using System.CommandLine;
using System.Text;
using MaaS.Core.Trust;

namespace MaaS.Cli.CommandLine;

/// <summary>Where a private key's passphrase comes from: a file, the environment, or the keyboard.</summary>
internal sealed class PassphraseOptions
{
    private readonly Option<string?> _file = new("--passphrase-file")
    {
        Description = $"A file whose first line is the private key's passphrase. Default: {Passphrase.Variable} of the "
            + "environment, else it is asked for.",
        HelpName = "file",
    };

    public void AddTo(Command command) => command.Options.Add(_file);

    /// <summary>The passphrase of a key that is there.</summary>
    public Func<string> Of(ParseResult result, string key)
        => () => Passphrase.Find(result.GetValue(_file)) ?? Ask($"Passphrase of {key}: ");

    /// <summary>The passphrase of a new key: typed twice where it is typed.</summary>
    public string New(ParseResult result)
    {
        if (Passphrase.Find(result.GetValue(_file)) is { } found)
        {
            return found;
        }

        var first = Ask("Passphrase of the new key: ");
        return first.Length == 0 ? throw new UsageException("expected a passphrase for the new key, got an empty one.")
            : first == Ask("The same again: ") ? first
            : throw new UsageException("expected the same passphrase twice, got two.");
    }

    private string Ask(string prompt)
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException(
                $"expected a passphrase in {_file.Name} or {Passphrase.Variable}, and there is no keyboard to ask.");
        }

        Console.Error.Write(prompt);
        return ReadHidden();
    }

    /// <summary>Reads a line from the keyboard without showing it.</summary>
    public static string ReadHidden()
    {
        var text = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter;
            key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
