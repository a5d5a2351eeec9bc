using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Pruning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Tuning;

/// <summary>The options of a study: what is searched, how, how long, and where it is kept.</summary>
internal sealed class StudyOptionSet
{
    private const string InMemory = "memory";
    private const int DefaultTrials = 50;

    private readonly Option<string[]> _search = Several(
        "--search",
        "A parameter and its values: learning-rate=1e-5..1e-2:log, batch-size=32,64,128, epochs=2..10, "
            + "units=32..512:step=32, or 'momentum=0.0..0.99 when optimizer=sgd'; may be given several times. Images "
            + "and texts: any option of maas train that takes one value. Tables need none.",
        "name=values");

    private readonly Option<string> _store = new("--study")
    {
        Description = "Where the study is kept: sqlite:FILE, postgres:Host=…;Username=…;Database=…, or memory. "
            + "Processes with the same study share its trials.",
        HelpName = "address",
        DefaultValueFactory = _ => InMemory,
    };

    private readonly Option<string> _name = new("--name")
    {
        Description = "The study's name; one that is there is gone on with.",
        HelpName = "name",
        DefaultValueFactory = _ => "tune",
    };

    private readonly Option<long?> _trials = new("--trials")
    {
        Description = $"Trials of the study, of all its processes; {DefaultTrials} without --budget and --patience.",
        HelpName = "number",
    };

    private readonly Option<string?> _budget = new("--budget")
    {
        Description = "Time of this run, as 90s, 10m or 1h; a trial that runs then waits for the next one.",
        HelpName = "time",
    };

    private readonly Option<int?> _patience = new("--patience")
    {
        Description = "Trials without a better one after which no more are begun.",
        HelpName = "number",
    };

    private readonly Option<string> _sampler = Choice(
        "--sampler", "What draws trials: a Parzen estimator, chance, Sobol's sequence, every combination, or "
            + "generations (NSGA-II).",
        Samplers.Keys, "tpe");

    private readonly Option<string> _pruner = Choice(
        "--pruner", "Images and texts: what stops bad trials by their epochs, with one objective.",
        ["none", "median", "asha", "hyperband"], "none");

    private readonly Option<string[]> _objectives = Several(
        "--objective",
        "What is made better; several times for a front. Images and texts: loss, accuracy, seconds (of training) "
            + "or, of images, latency (milliseconds of one in ONNX Runtime); loss without it. Tables: the metric, "
            + "seconds (of a fit), or both; the metric without it.",
        "name");

    private readonly Option<string?> _takeOver = new("--take-over")
    {
        Description = "A study of the same store whose trials are known from the start, as far as they fit.",
        HelpName = "name",
    };

    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description = "Writes a page: history, front, importance of parameters, parallel coordinates.",
        HelpName = "file.html",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the study as JSON." };

    private static Dictionary<string, Func<ISampler>> Samplers { get; } = new()
    {
        ["tpe"] = static () => new TpeSampler(),
        ["random"] = static () => new RandomSampler(),
        ["sobol"] = static () => new SobolSampler(),
        ["grid"] = static () => new GridSampler(),
        ["nsga2"] = static () => new NsgaIISampler(),
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All =>
    [
        _search, _store, _name, _trials, _budget, _patience, _sampler, _pruner, _objectives, _takeOver, _report, _json,
    ];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>The parameters that are named.</summary>
    /// <exception cref="UsageException">One is none.</exception>
    public IReadOnlyList<Parameter> Search(ParseResult result)
        => Checked(() => result.GetValue(_search)!.Select(SpaceText.Parse).ToArray());

    /// <summary>The objectives that are named.</summary>
    public IReadOnlyList<string> Objectives(ParseResult result) => result.GetValue(_objectives)!;

    /// <summary>The study's name where one is given; null where it is left to the default.</summary>
    public string? GivenName(ParseResult result)
        => result.GetResult(_name) is { Implicit: false } ? result.GetRequiredValue(_name) : null;

    /// <summary>The study whose trials are taken over; null for none.</summary>
    public string? TakeOver(ParseResult result) => result.GetValue(_takeOver);

    public string? Report(ParseResult result) => result.GetValue(_report)?.FullName;

    public bool IsJson(ParseResult result) => result.GetValue(_json);

    public async Task<IStudyStore> OpenStoreAsync(ParseResult result, CancellationToken cancellationToken)
        => result.GetRequiredValue(_store) is var address && address == InMemory ? new InMemoryStudyStore()
            : await StudyStore.OpenAsync(address, cancellationToken: cancellationToken);

    /// <param name="result">The command line.</param>
    /// <param name="objectives">What is made better.</param>
    /// <param name="subject">What is tuned.</param>
    /// <param name="epochs">Steps that a trial reports; null where it reports none.</param>
    /// <param name="seed">Of the sampler.</param>
    public StudyOptions Study(
        ParseResult result, IReadOnlyList<Objective> objectives, string subject, int? epochs, int seed) => new()
        {
            Name = result.GetRequiredValue(_name),
            Objectives = objectives,
            Subject = subject,
            Sampler = Samplers[result.GetRequiredValue(_sampler)](),
            Pruner = Pruner(result, objectives, epochs),
            Seed = seed,
        };

    /// <exception cref="UsageException">A limit is out of its range.</exception>
    public OptimizeOptions Limits(ParseResult result, Func<Exception, bool> tolerates)
    {
        var limits = new OptimizeOptions
        {
            Trials = result.GetValue(_trials),
            Budget = result.GetValue(_budget) is { } budget ? TabularOptionSet.Duration("--budget", budget) : null,
            Patience = result.GetValue(_patience),
            Tolerates = tolerates,
        };
        if (limits.Trials < 1 || limits.Patience < 1)
        {
            throw new UsageException("--trials, --patience: expected at least 1.");
        }

        return limits is { Trials: null, Budget: null, Patience: null }
            ? limits with { Trials = DefaultTrials } : limits;
    }

    private IPruner? Pruner(ParseResult result, IReadOnlyList<Objective> objectives, int? epochs)
    {
        var name = result.GetRequiredValue(_pruner);
        if (name == "none")
        {
            return null;
        }

        if (epochs is null || !NetworkObjectives.IsKnownEarly(objectives))
        {
            throw new UsageException(
                $"--pruner: expected none for {(epochs is null ? "tables, whose trials have no epochs"
                    : "what epochs do not tell of, as seconds or several objectives")}, got {name}.");
        }

        return name switch
        {
            "median" => new MedianPruner(),
            "asha" => new SuccessiveHalvingPruner(lastStep: epochs),
            _ => new HyperbandPruner(epochs.Value),
        };
    }
}
