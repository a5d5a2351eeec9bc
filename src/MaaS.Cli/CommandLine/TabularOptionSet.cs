using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Networks;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Streaming;
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
    private readonly Option<int?> _repeats = new("--repeats")
    {
        Description = "Tables: how often it is repeated; 5 times on fewer than 1,000 rows and once on more without it.",
        HelpName = "n",
    };

    private readonly Option<string?> _budget = new("--budget")
    {
        Description = "Tables: time for all of it, as 90s, 10m or 1h: candidates, tuning, ensembles. Without it "
            + "candidates are compared and joined, and nothing is tuned unless --trials says so.",
        HelpName = "time",
    };

    private readonly Option<int?> _trials = new("--trials")
    {
        Description = "Tables: most tuned trials; as many as the budget leaves time for without it.",
        HelpName = "n",
    };

    private readonly Option<bool> _networks = new("--networks")
    {
        Description = "Tables: compare networks as well, a perceptron with embeddings and FT-Transformer.",
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

    private readonly Option<double?> _above = new("--above")
    {
        Description = "Tables: predict whether the label's number is above this one.",
        HelpName = "number",
    };

    private readonly Option<bool> _stream = new("--stream")
    {
        Description = "Tables: read the file in batches, because it may be larger than memory; gradient boosting "
            + "alone.",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All =>
    [
        _predict, _metric, _folds, _repeats, _budget, _trials, _networks, _group, _time, _ignore, _balanced, _above,
        _stream, .. Boosting.All, .. Source.All,
    ];

    /// <summary>How a table is learned from that is read in batches.</summary>
    public BoostingOptionSet Boosting { get; } = new();

    /// <summary>Where the table comes from.</summary>
    public TableSourceOptions Source { get; } = new();

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Whether the table is to be read in batches.</summary>
    public bool IsStream(ParseResult result) => result.GetValue(_stream);

    /// <summary>The number that labels are compared with; null for none.</summary>
    public double? Above(ParseResult result) => result.GetValue(_above);

    /// <summary>The options of training on a stream.</summary>
    /// <exception cref="UsageException">An option is given that needs all rows at once.</exception>
    public StreamedTrainerOptions Streamed(
        ParseResult result, string label, TabularDataSet? known, double testShare, int seed)
    {
        Option[] whole = [_metric, _folds, _repeats, _budget, _trials, _networks, _group, _time, _balanced];
        if (Array.Find(whole, o => result.GetResult(o) is { Implicit: false }) is { } option)
        {
            throw new UsageException(
                $"{option.Name}: expected none for a table that is read in batches: one learner is trained on rows "
                    + "drawn by the seed; take fewer rows into a file of their own for what needs all rows at once.");
        }

        var training = With(known, Training(result, label, testShare, seed));
        return Boosting.Read(result, new StreamedTrainerOptions
        {
            Label = label,
            Above = Above(result) ?? (label == known?.Label ? known.Above : null),
            Task = training.Task,
            TestShare = training.TestShare,
            Ignore = training.Ignore,
            Seed = seed,
        });
    }

    /// <summary>The options of training on a table in memory.</summary>
    public TabularTrainerOptions Training(
        ParseResult result, string label, TabularDataSet? known, double testShare, int seed)
    {
        if (Boosting.All.FirstOrDefault(o => result.GetResult(o) is { Implicit: false }) is { } option)
        {
            throw new UsageException(
                $"{option.Name}: expected none without --stream; the options of learners are found by tuning, which "
                    + "--budget or --trials asks for.");
        }

        return With(known, Training(result, label, testShare, seed));
    }

    private static TabularTrainerOptions With(TabularDataSet? known, TabularTrainerOptions options) => options with
    {
        Ignore = [.. (known?.Ignore ?? []).Where(column => column != options.Label).Union(options.Ignore)],
    };

    private TabularTrainerOptions Training(ParseResult result, string label, double testShare, int seed) => new()
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
        Repeats = result.GetValue(_repeats) is not < 1 ? result.GetValue(_repeats)
            : throw new UsageException("--repeats: expected 1 or more."),
        Budget = result.GetValue(_budget) is { } budget ? Duration(_budget.Name, budget) : null,
        Trials = result.GetValue(_trials) is not < 0 ? result.GetValue(_trials)
            : throw new UsageException("--trials: expected 0 or more."),
        Group = result.GetValue(_group),
        Time = result.GetValue(_time),
        Ignore = result.GetValue(_ignore) ?? [],
        Balanced = result.GetValue(_balanced),
        Further = result.GetValue(_networks) ? NetworkCandidates.Default(seed) : null,
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
