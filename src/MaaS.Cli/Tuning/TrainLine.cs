using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>The options of <c>maas train</c> on a command line of <c>maas tune</c>, and the values of a trial among
/// them.</summary>
/// <param name="command">Has all of them.</param>
/// <param name="train">Those of <c>maas train</c>.</param>
internal sealed class TrainLine(Command command, IReadOnlyList<Option> train)
{
    // Where a trial runs does not change what it comes to, but for rounding.
    private static readonly string[] OfTheMachine = ["--threads", "--device"];

    // A trial has neither files nor a past of its own.
    private static readonly string[] NotOfTrials = ["--checkpoint", "--resume"];

    /// <summary>The options of <c>maas train</c>.</summary>
    public IReadOnlyList<Option> Options => train;

    /// <summary>Refuses parameters that are no options with one value, or that are given as well.</summary>
    /// <exception cref="UsageException">One is so.</exception>
    public void Check(ParseResult result, IReadOnlyList<Parameter> search)
    {
        if (train.FirstOrDefault(o => NotOfTrials.Contains(o.Name) && IsGiven(result, o)) is { } file)
        {
            throw new UsageException($"{file.Name}: expected none, because every trial trains afresh.");
        }

        if (search.Count == 0)
        {
            throw new UsageException(
                "--search: expected at least one parameter, as learning-rate=1e-5..1e-2:log, got none.");
        }

        foreach (var parameter in search)
        {
            var option = train.FirstOrDefault(o => o.Name == $"--{parameter.Name}")
                ?? throw new UsageException(
                    $"--search: expected an option of maas train without its dashes, got '{parameter.Name}'.");
            if (option.Arity.MaximumNumberOfValues != 1 || option.ValueType == typeof(bool)
                || NotOfTrials.Contains(option.Name) || OfTheMachine.Contains(option.Name))
            {
                throw new UsageException(
                    $"--search: expected an option that takes one value and changes what is trained, got "
                        + $"'{parameter.Name}'.");
            }

            if (IsGiven(result, option))
            {
                throw new UsageException($"{option.Name}: expected none, because --search looks for it.");
            }
        }
    }

    /// <summary>What is tuned, the same in all processes that may share a study. It is kept with the study, so that of
    /// a database it says where it is and not who asks it.</summary>
    public string Subject(ParseResult result)
        => Text(Words(result, train.Where(static o => !OfTheMachine.Contains(o.Name)), TableSource.Shown));

    /// <summary>The command line that trains with some values, to be kept and shown as well.</summary>
    public string Text(ParseResult result, IReadOnlyDictionary<string, ParameterValue> values)
        => Text(Words(result, train, TableSource.Shown).Concat(Words(values)));

    /// <summary>The command line of a trial.</summary>
    /// <exception cref="UsageException">A value is none that the option takes.</exception>
    public ParseResult Parse(ParseResult result, IReadOnlyDictionary<string, ParameterValue> values)
    {
        var line = command.Parse([.. Words(result, train, static a => a), .. Words(values)]);
        return line.Errors.Count == 0 ? line : throw new UsageException($"--search: {line.Errors[0].Message}");
    }

    private static IEnumerable<string> Words(IReadOnlyDictionary<string, ParameterValue> values)
        => values.SelectMany(static v => new[] { $"--{v.Key}", v.Value.ToString() });

    private static IEnumerable<string> Words(
        ParseResult result, IEnumerable<Option> options, Func<string, string> database)
        => options.Where(o => IsGiven(result, o)).SelectMany(o => result.GetResult(o)!.Tokens is { Count: > 0 } tokens
            ? tokens.SelectMany(
                t => new[] { o.Name, o.Name == TableSourceOptions.Database ? database(t.Value) : t.Value })
            : [o.Name]);

    private static string Text(IEnumerable<string> words)
        => string.Join(' ', words.Select(CommandText.Quoted).Prepend("maas train"));

    private static bool IsGiven(ParseResult result, Option option)
        => result.GetResult(option) is { Implicit: false };
}
