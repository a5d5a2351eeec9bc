using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Cli.Tuning;
using MaaS.Primitives.Files;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Commands;

/// <summary><c>maas tune</c>: looks for the options of <c>maas train</c>, or the learner of a table, that make a model
/// best.</summary>
internal sealed class TuneCommand : RecordedVerb
{
    private readonly DataOptions _data = new("mnist", TextOptions.SpamAssassinName);
    private readonly TrainingOptions _training = new();
    private readonly TextOptions _texts = new();
    private readonly TextModelOptionSet _textModel = new();
    private readonly PretrainedOptionSet _pretrained = new();
    private readonly TabularOptionSet _tabular = new();
    private readonly StudyOptionSet _study = new();
    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "Tables: trains the best learner and writes it as a package that serves.",
        HelpName = "file.maas",
    };

    private readonly TrainLine _line;

    public TuneCommand()
        : base("tune", "Looks for the options of training, or the learner of a table, that give the best model.")
    {
        _data.AddTo(this);
        _texts.AddTo(this);
        _training.AddTo(this);
        _textModel.AddTo(this);
        _pretrained.AddTo(this);
        foreach (var option in _tabular.All.Where(
            o => _study.All.All(s => s.Name != o.Name) && !_tabular.Boosting.All.Contains(o)
                && o.Name is not ("--networks" or "--above" or "--stream")))
        {
            Options.Add(option);   // The study's own budget and trials stand in for those of maas train.
        }

        // Where the run is kept is no option of a trial.
        _line = new TrainLine(this, [.. Options.Where(static o => o.Name != "--registry")]);
        _study.AddTo(this);
        Options.Add(_output);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas tune --task tabular --csv customers.csv --label churn --trials 60 -o churn.maas",
            "The best learner of a table and its parameters."),
        ("maas tune --data fashion-mnist --model mlp --epochs 5 --search learning-rate=1e-4..1e-1:log "
            + "--search batch-size=32,64,128 --pruner asha --report tune.html",
            "Images: bad trials are stopped early; with a page."),
        ("maas tune --csv mails.csv --model lstm --search learning-rate=1e-4..1e-2:log --search layers=1..3 "
            + "--study sqlite:tune.db --name mails --budget 1h",
            "Texts: kept in a file; the same command goes on with it, also in several processes at once."),
        ("maas tune --search model=mlp,convnet,resnet --epochs 3 --objective accuracy --objective latency",
            "Two objectives: the front of accuracy and latency."),
        ("maas tune --csv mails.csv --search learning-rate=1e-4..1e-2:log --name mails --registry sqlite:runs.db",
            "The study is kept as a run as well: maas runs show mails."),
    ];

    protected override string RunName(ParseResult result) => _study.GivenName(result) ?? DataName(result);

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var limits = _study.Limits(
            result,
            static e => e is DivergedException or ArgumentException or InvalidOperationException or UsageException);
        var search = _study.Search(result);
        if (result.GetValue(_output) is { Extension: not ".maas" } other)
        {
            throw new UsageException($"--output: expected a file that ends in .maas, got '{other}'.");
        }

        foreach (var file in new[] { _study.Report(result), result.GetValue(_output)?.FullName }.OfType<string>())
        {
            AtomicFile.EnsureWritable(file);
        }

        var words = _study.IsJson(result) ? Console.Error : Console.Out;
        using var runs = await OpenAsync(result, search, words, cancellationToken);
        var options = Checked(() => _study.Study(
            result, runs.Objectives, _line.Subject(result), runs.Epochs, result.GetValue<int>("--seed")));
        var store = await _study.OpenStoreAsync(result, cancellationToken);
        var study = await Study.OpenAsync(runs.Space, options, store, cancellationToken);
        if (_study.TakeOver(result) is { } known)
        {
            var (taken, leftOut) = await study.TakeOverAsync(known, cancellationToken: cancellationToken);
            await words.WriteLineAsync($"{taken} trials of '{known}' taken over, {leftOut} left out");
        }

        var lines = new StudyLines(runs.Objectives, words, Run);
        var outcome = await study.OptimizeAsync(
            (trial, token) => Task.FromResult(runs.Run(trial, Line(result, trial, runs), token)), limits, lines,
            cancellationToken);
        lines.Print(outcome);
        Run?.Report(outcome);
        if (_study.IsJson(result))
        {
            Console.WriteLine(outcome.ToJson());
        }

        return await EndAsync(result, runs, outcome, words, cancellationToken);
    }

    private string DataName(ParseResult result)
        => _texts.FileOf(result) is { } file ? Path.GetFileNameWithoutExtension(file.Name)
            : _tabular.Source.IsQuery(result) ? "query" : result.GetRequiredValue(_data.Name);

    private static T Checked<T>(Func<T> read) => OptionKinds.Checked(read);

    private ParseResult Line(ParseResult result, Trial trial, ITunedRuns runs)
        => runs is TableRuns ? result : _line.Parse(result, trial.Parameters);

    private async Task<ITunedRuns> OpenAsync(
        ParseResult result, IReadOnlyList<Parameter> search, TextWriter words, CancellationToken cancellationToken)
    {
        var objectives = _study.Objectives(result);
        if (_textModel.IsTable(result, _tabular.Source.IsQuery(result)))
        {
            if (search.Count > 0)
            {
                throw new UsageException("--search: expected none for a table, whose learners bring their ranges.");
            }

            UnusedOptions.Refuse(result, "a table", _line.Options.Where(o => !_tabular.All.Contains(o)
                && o.Name is not ("--task" or "--csv" or "--label" or "--test" or "--split-seed" or "--seed")));
            var source = _tabular.Source.Source(result, _texts.FileOf(result), null, "--csv");
            var (label, testShare, seed) = _texts.Table(result, source.Known?.Label);
            var reading = _tabular.Source.Reading(result);
            var table = await source.ReadAsync(reading, cancellationToken);
            if (_tabular.Source.WriteSchema(result, reading, table) is { } schema)
            {
                await words.WriteLineAsync($"schema written to {schema}");
            }

            return new TableRuns(table, _tabular.Training(result, label, source.Known, testShare, seed), objectives);
        }

        if (result.GetValue(_output) is not null)
        {
            throw new UsageException("--output: expected none for images and texts; maas train writes their models.");
        }

        _line.Check(result, search);
        var space = Checked(() => search.Aggregate(new SearchSpace(), static (s, p) => s.Add(p)));
        var named = NetworkObjectives.Of(objectives);
        return _textModel.IsText(result, _texts.IsAsked(result, _data.Name))
            ? OpenTexts(result, space, named, cancellationToken) : OpenImages(result, space, named);
    }

    private TextRuns OpenTexts(
        ParseResult result, SearchSpace space, IReadOnlyList<Objective> objectives,
        CancellationToken cancellationToken)
    {
        UnusedOptions.Refuse(
            result, "texts",
            [.. _tabular.All, .. Options.Where(static o => o.Name is "--augment" or "--data-dir")]);
        if (objectives.Any(static o => o.Name == NetworkObjectives.Latency))
        {
            throw new UsageException($"--objective: expected {NetworkObjectives.Latency} for images alone.");
        }

        if (_pretrained.From(result) is not null && result.GetResult(_training.Model) is { Implicit: false })
        {
            throw new UsageException("--model: expected none beside --from, whose network it is.");
        }

        var start = _pretrained.OpenText(result);
        var model = _textModel.Read(result, _texts.Model(result), start);
        var corpus = _texts.Load(result, model.Preprocessing.Cleaning, null, cancellationToken);
        var options = TextRuns.Options(result, TextRuns.Architecture(result, _training), _texts, _training, start);
        RequireValidation(options);
        return new TextRuns(
            _texts.NameOf(result), _texts.Split(result, corpus).Train, _texts, _textModel, _training, start, space,
            objectives, MostEpochs(options, space));
    }

    private ImageRuns OpenImages(ParseResult result, SearchSpace space, IReadOnlyList<Objective> objectives)
    {
        UnusedOptions.Refuse(
            result, "images",
            [
                .. _tabular.All, .. _texts.All, .. _textModel.All.Where(static o => o.Name != "--task"),
                .. Options.Where(static o => o.Name is "--from" or "--pooling"),
            ]);
        var model = result.GetRequiredValue(_training.Model);
        if (ModelCatalog.Images.All(m => m.Name != model))
        {
            throw new UsageException(
                $"--model: expected one of {string.Join(", ", ModelCatalog.Images.Select(static m => m.Name))} for "
                    + $"images, got '{model}'.");
        }

        var options = _training.Read(result);
        RequireValidation(options);
        return new ImageRuns(
            result.GetRequiredValue(_data.Name), _data.Load(result), _training, space, objectives,
            MostEpochs(options, space));
    }

    private static void RequireValidation(TrainerOptions options)
    {
        if (options.ValidationFraction == 0)
        {
            throw new UsageException("--validation: expected a share above 0, which trials are compared on, got 0.");
        }
    }

    private static int MostEpochs(TrainerOptions options, SearchSpace space)
        => space.Parameters.FirstOrDefault(static p => p.Name == "epochs") switch
        {
            IntParameter range => (int)range.High,
            CategoricalParameter choices => (int)choices.Choices.Max(static c => c.Number),
            _ => options.Epochs,
        };

    private async Task<int> EndAsync(
        ParseResult result, ITunedRuns runs, StudyResult outcome, TextWriter words,
        CancellationToken cancellationToken)
    {
        var command = outcome.Best is { } best && runs is not TableRuns
            ? _line.Text(result, best.Parameters!) : null;
        if (command is not null)
        {
            await words.WriteLineAsync(command);
        }

        if (_study.Report(result) is { } page)
        {
            AtomicFile.WriteText(page, outcome.ToHtml(command));
            Run?.Artifact(page);
            await words.WriteLineAsync($"written to {page}");
        }

        if (outcome.Best is null)
        {
            await Console.Error.WriteLineAsync(
                outcome.Trials.LastOrDefault(static t => t.Note is not null) is { } failed
                    ? $"maas: no trial is complete; trial {failed.Number} failed: {failed.Note}"
                    : "maas: no trial is complete; give more time, or look at the trials with another process.");
            return ExitCode.Failure;
        }

        if (runs is TableRuns tables && result.GetValue(_output) is { } output)
        {
            var model = tables.Train(outcome.Best.Parameters!, cancellationToken);
            var name = Path.GetFileNameWithoutExtension(output.Name);
            await model.SavePackageAsync(output.FullName, name, cancellationToken);
            Run?.Report(DataName(result), _texts.FileOf(result), output.FullName, model.TestScores);
            await words.WriteLineAsync(
                $"{model.Best} on the rows held back, which nothing was chosen by: "
                    + string.Join(", ", model.TestScores.Select(static s => $"{s.Key} {s.Value:0.0000}")));
            await words.WriteLineAsync(
                $"written to {output.FullName}; maas serve --models {CommandText.Quoted(output.FullName)}");
        }

        return ExitCode.Success;
    }
}
