using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options of training on a table beside those that name file and label.</summary>
internal sealed partial class TabularOptionSet
{
    public const string Task = "tabular";

    private static readonly TabularTrainerOptions Default = new() { Label = "label" };

    private readonly Option<string?> _predict = new("--predict")
    {
        Description = "Tables: whether the label is one of classes or a number; found out from the label without it.",
        HelpName = "classes|numbers",
    };

    private readonly Option<string?> _metric = new("--metric")
    {
        Description = "Tables: what chooses the best, of "
            + string.Join(", ", TabularMetrics.Names(TabularTask.Classification)) + " or, for numbers, "
            + string.Join(", ", TabularMetrics.Names(TabularTask.Regression)) + "; log-loss or rmse without it.",
        HelpName = "name",
    };

    private readonly Option<int> _folds = Number("--folds", "Tables: folds of cross-validation.", Default.Folds);
    private readonly Option<int> _repeats = Number("--repeats", "Tables: how often it is repeated.", Default.Repeats);
    private readonly Option<string?> _budget = new("--budget")
    {
        Description = "Tables: time for comparing candidates, as 90s, 10m or 1h; any without it.",
        HelpName = "time",
    };

    private readonly Option<string?> _group = new("--group")
    {
        Description = "Tables: a column whose rows of one value stay on one side of every split.",
        HelpName = "column",
    };

    private readonly Option<string?> _time = new("--time")
    {
        Description = "Tables: a column of dates or numbers; what is measured on comes after what is learned from.",
        HelpName = "column",
    };

    private readonly Option<string[]> _ignore = Several(
        "--ignore", "Tables: a column that is no feature; may be given several times.", "column");

    private readonly Option<bool> _balanced = new("--balanced")
    {
        Description = "Tables: count every class the same, however many rows it has.",
    };

    private readonly Option<string?> _delimiter = new("--delimiter")
    {
        Description = "Tables: what separates cells, as ';' or tab; found without it.",
        HelpName = "character",
    };

    private readonly Option<string[]> _missing = Several(
        "--missing-value", "Tables: a text that stands for a missing cell besides the usual ones, as '?'.", "text");

    private readonly Option<FileInfo?> _schema = new("--schema")
    {
        Description = "Tables: the columns that the file must have; written there where the file is not there yet.",
        HelpName = "file.json",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All =>
    [
        _predict, _metric, _folds, _repeats, _budget, _group, _time, _ignore, _balanced, _delimiter, _missing, _schema,
    ];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Where the schema is or goes; null where none is asked for.</summary>
    public string? SchemaPath(ParseResult result) => result.GetValue(_schema)?.FullName;

    public TableReadOptions Reading(ParseResult result)
    {
        var options = new TableReadOptions();
        return options with
        {
            Delimiter = result.GetValue(_delimiter) switch
            {
                null => null,
                "tab" or "\\t" => '\t',
                [var one] => one,
                var other => throw new UsageException($"--delimiter: expected one character or tab, got '{other}'."),
            },
            MissingValues = [.. options.MissingValues, .. result.GetValue(_missing) ?? []],
            Schema = SchemaPath(result) is { } path && File.Exists(path) ? TableSchema.Load(path) : null,
            IgnoreOtherColumns = true,
        };
    }

    public TabularTrainerOptions Training(ParseResult result, string label, double testShare, int seed) => new()
    {
        Label = label,
        Task = result.GetValue(_predict) switch
        {
            null => null,
            "classes" => TabularTask.Classification,
            "numbers" => TabularTask.Regression,
            var other => throw new UsageException($"--predict: expected classes or numbers, got '{other}'."),
        },
        Metric = result.GetValue(_metric),
        TestShare = testShare is > 0 and < 1 ? testShare
            : throw new UsageException("--test: expected a share above 0 and below 1."),
        Folds = result.GetValue(_folds) is >= 2 and var folds ? folds
            : throw new UsageException("--folds: expected 2 or more."),
        Repeats = result.GetValue(_repeats) is >= 1 and var repeats ? repeats
            : throw new UsageException("--repeats: expected 1 or more."),
        Budget = result.GetValue(_budget) is { } budget ? Duration(_budget.Name, budget) : null,
        Group = result.GetValue(_group),
        Time = result.GetValue(_time),
        Ignore = result.GetValue(_ignore) ?? [],
        Balanced = result.GetValue(_balanced),
        Seed = seed,
    };

    /// <summary>Reads a time as 90s, 10m or 1h.</summary>
    /// <param name="option">Whose value it is.</param>
    /// <param name="text">The value.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Duration(string option, string text)
    {
        var match = DurationForm().Match(text);
        var number = match.Success ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return number > 0 && number < 1_000_000
            ? match.Groups[2].Value switch
            {
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                _ => TimeSpan.FromHours(number),
            }
            : throw new UsageException($"{option}: expected a time as 90s, 10m or 1h, got '{text}'.");
    }

    [GeneratedRegex(@"\A([0-9]+(?:\.[0-9]+)?)(s|m|h)\z")]
    private static partial Regex DurationForm();
}
