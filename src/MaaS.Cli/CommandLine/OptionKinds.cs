using System.CommandLine;

namespace MaaS.Cli.CommandLine;

/// <summary>The kinds of option that many verbs have.</summary>
internal static class OptionKinds
{
    public static Option<T> Number<T>(string name, string description, T value) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => value,
    };

    public static Option<string> Choice(string name, string description, IEnumerable<string> values, string value)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join("|", values),
            DefaultValueFactory = _ => value,
        };
        option.AcceptOnlyFromAmong([.. values]);
        return option;
    }

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Several(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => [],
    };

    public static void AddTo(this IEnumerable<Option> options, Command command)
    {
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads values whose ranges a public API checks.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
