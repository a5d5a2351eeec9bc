using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Cli.Tabular;
using MaaS.Cli.Text;
using MaaS.Primitives.Files;
using MaaS.Tabular.DataSets;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <summary><c>maas train</c>: a model of the catalogue on a data set, into one file.</summary>
internal sealed partial class TrainCommand : RecordedVerb
{
    private readonly DataOptions _data = new(
        "mnist", [TextOptions.SpamAssassinName, .. TabularDataSet.All.Select(static d => d.Name)]);

    private readonly TrainingOptions _training = new();
    private readonly TextOptions _texts = new();
    private readonly TextModelOptionSet _textModel = new();
    private readonly PretrainedOptionSet _pretrained = new();
    private readonly TabularOptionSet _tabular = new();
    private readonly ImageFileOptionSet _images = new();
    private readonly LanguageModelOptionSet _language = new();
    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "Where the trained model goes; models/MODEL-DATA.safetensors, of a table the package "
            + "models/DATA.maas, of a language model the package models/MODEL-DATA.maas, without it.",
        HelpName = "file",
    };

    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description =
            "Writes a page that tells of the run: curves, mistakes, calibration, the machine and this command. Texts "
            + "always get one, beside the model without this option.",
        HelpName = "file.html",
    };

    public TrainCommand()
        : base("train", "Trains a model, measures it on the held-back test set and writes it to a file.")
    {
        _data.AddTo(this);
        _texts.AddTo(this);
        _training.AddTo(this);
        _textModel.AddTo(this);
        _pretrained.AddTo(this);
        _tabular.AddTo(this);
        _images.AddTo(this);
        _language.AddTo(this);
        Options.Add(_output);
        Options.Add(_report);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas train --model convnet --data fashion-mnist --epochs 5", "Clothes, 60,000 images of them."),
        ("maas train --model resnet --data mnist --schedule one-cycle --learning-rate 0.01 --augment",
            "Digits, more accurate and slower."),
        ("maas train --model mlp --data mnist --data-dir ~/mnist --optimizer sgd", "Your own copy of the full MNIST."),
        ("maas train --task text-classification --data spam-assassin --model transformer",
            "Mails: ham or spam, beside TF-IDF with logistic regression."),
        ("maas train --images flowers --from resnet18 --augment --report run.html",
            "Your own pictures, a folder for each class, from a network trained on photographs."),
        ("maas train --csv mails.csv --text input --label label --model lstm", "Your own texts."),
        ("maas train --task text-classification --data spam-assassin --from minilm --learning-rate 2e-5",
            "Fine-tunes a pre-trained sentence encoder."),
        ("maas train --csv mails.csv --text input --label label --from bert-base-uncased --learning-rate 1e-5",
            "Your own texts and a BERT's folder."),
        ("maas train --task language-model --text novel.txt --epochs 10",
            "A small language model of your own texts, as a package that continues them."),
        ("maas train --data fashion-mnist --report run.html", "With a page that tells of the run."),
        ("mpirun -n 4 maas train --model resnet --data fashion-mnist",
            "Four processes together; docs/distributed.md."),
        ("maas train --task tabular --csv customers.csv --label churn --budget 5m",
            "Your own table: the best of several learners, as a package that serves."),
        ("maas train --task tabular --sql \"SELECT * FROM customers\" --database sqlite:shop.db --label churn",
            "The rows of a query."),
        ("maas train --data penguins", "A table that set-up fetches."),
        ("maas train --task tabular --csv flights.parquet --label delay --above 15 --stream",
            "A table that is larger than memory."),
        ("maas train --epochs 20 --checkpoint run.ckpt --resume",
            "Go on where the same command was interrupted, or start."),
    ];

    protected override string RunName(ParseResult result)
        => _images.IsAsked(result) ? _images.NameOf(result)
            : _textModel.IsLanguage(result) ? Path.GetFileNameWithoutExtension(_texts.Language(result).Path)
            : _texts.FileOf(result) is { } file ? Path.GetFileNameWithoutExtension(file.Name)
            : _tabular.Source.IsQuery(result) ? "query"
            : TextOptions.NamedData(result) ?? result.GetRequiredValue(_data.Name);

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        using var processes = ProcessGroup.FromEnvironment();
        var named = TextOptions.NamedData(result);
        var isTableNamed = _tabular.Source.IsQuery(result)
            || (named is not null && TabularDataSet.Find(named) is not null);
        if (_textModel.IsLanguage(result))
        {
            await TrainLanguageModelAsync(result, processes, cancellationToken);
            return ExitCode.Success;
        }

        UnusedOptions.Refuse(result, "this task", _language.All);
        if (_images.IsAsked(result))
        {
            TrainOnImageFiles(result, processes, cancellationToken);
        }
        else if (_textModel.IsTable(result, isTableNamed))
        {
            if (processes.Size > 1)
            {
                throw new UsageException($"--task: expected one process for a table, got {processes.Size}.");
            }

            await TrainOnTableAsync(result, cancellationToken);
        }
        else if (_textModel.IsText(result, _texts.IsAsked(result, _data.Name)))
        {
            TrainOnTexts(result, processes, cancellationToken);
        }
        else
        {
            TrainOnImages(result, processes, cancellationToken);
        }

        return ExitCode.Success;
    }

    private async Task TrainOnTableAsync(ParseResult result, CancellationToken cancellationToken)
    {
        UnusedOptions.Refuse(result, "a table", Options.Where(o => !_tabular.All.Contains(o)
            && o.Name is not ("--registry" or "--task" or "--csv" or "--data" or "--label" or "--test" or "--split-seed"
                or "--output" or "--report")));
        var source = _tabular.Source.Source(result, _texts.FileOf(result), TextOptions.NamedData(result), "--csv");
        var (label, testShare, seed) = _texts.Table(result, source.Known?.Label);
        var reading = _tabular.Source.Reading(result);
        var name = TabularTraining.ModelName(source.Name);
        var output = result.GetValue(_output)?.FullName ?? Path.GetFullPath($"models/{name}.maas");
        if (!output.EndsWith(".maas", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"--output: expected a file that ends in .maas for a table, got '{output}'.");
        }

        AtomicFile.EnsureWritable(output);
        var report = result.GetValue(_report)?.FullName;
        if (_tabular.IsStream(result) || source.Known is { IsLarge: true })
        {
            if (report is not null)
            {
                throw new UsageException(
                    "--report: expected none for a table that is read in batches, which it has no effect on.");
            }

            var streamed = _tabular.Streamed(result, label, source.Known, testShare, seed);
            var measured = await StreamedTraining.RunAsync(
                source, reading, _tabular.Source.SchemaPath(result), streamed, output, name, cancellationToken);
            Run?.Report(source.Name, _texts.FileOf(result), output, measured);
            return;
        }

        var options = _tabular.Training(result, label, source.Known, testShare, seed);
        Run?.Parameter("training", $"{options}");
        var scores = await TabularTraining.RunAsync(
            source, reading, _tabular.Source.SchemaPath(result), _tabular.Above(result), options, output, name, report,
            cancellationToken);
        Run?.Report(source.Name, _texts.FileOf(result), output, scores);
    }

    private void TrainOnTexts(ParseResult result, IProcessGroup processes, CancellationToken cancellationToken)
    {
        UnusedOptions.Refuse(
            result, "texts",
            [
                .. _tabular.All, .. _images.Options,
                .. Options.Where(static o => o.Name is "--augment" or "--data-dir"),
            ]);
        var fineTunes = FineTunes(result);
        var architecture = fineTunes
            ? TrainedTextModel.BertArchitecture : Architecture(result, ModelCatalog.Texts, "transformer");
        var dataName = _texts.NameOf(result);
        var options = Recorded(ProcessShare.Of(
            _training.Read(
                result, fineTunes ? TrainedTextModel.FineTuning : _texts.Training(result, architecture)), processes));
        using var start = _pretrained.OpenText(result);
        var name = start?.Name ?? architecture;
        var output = Output(result, name, dataName, always: true);
        EnsureWritable(output, options, processes);
        var model = _textModel.Read(result, _texts.Model(result), start);
        DeviceChoice.Resolve(options.Device);
        if (start is not null)
        {
            PretrainedTextReport.Print(start);
        }

        var corpus = _texts.Load(result, model.Preprocessing.Cleaning, null, cancellationToken);
        if (model.Positive is { } positive && !corpus.Classes.Contains(positive))
        {
            throw new UsageException(
                $"--positive: expected one of {string.Join(", ", corpus.Classes)}, got '{positive}'.");
        }

        var (train, heldBack) = _texts.Split(result, corpus);
        Console.WriteLine($"{name} on {dataName}: {train.Count} texts to learn from, {heldBack.Count} held back"
            + (corpus.Duplicates > 0 ? $"; {corpus.Duplicates} duplicates left out" : "")
            + (corpus.Contradictions > 0 ? $", {corpus.Contradictions} of them under another label" : "")
            + $"; {string.Join(", ", corpus.Classes.Select((c, i) => $"{c} {corpus.Targets.Count(t => t == i)}"))}");
        TextTraining.Run(name, start, dataName, train, heldBack, model, options, output, cancellationToken);
    }

    private TrainerOptions Recorded(TrainerOptions options)
        => Run is null ? options : options with { Callbacks = [.. options.Callbacks, new RunLogCallback(Run)] };

    private bool FineTunes(ParseResult result)
        => _pretrained.From(result) is not null
            && (result.GetResult(_training.Model) is not { Implicit: false }
                ? true : throw new UsageException("--model: expected none beside --from, whose network it is."));

    private string Architecture(ParseResult result, IEnumerable<ModelEntry> models, string otherwise)
    {
        var name = result.GetResult(_training.Model) is { Implicit: false }
            ? result.GetRequiredValue(_training.Model) : otherwise;
        var names = models.Select(static m => m.Name);
        return names.Contains(name)
            ? name
            : throw new UsageException(
                $"--model: expected one of {string.Join(", ", names)} for this data, got '{name}'.");
    }

    /// <param name="result">The command line.</param>
    /// <param name="architecture">Part of the name where none is given.</param>
    /// <param name="dataName">Likewise.</param>
    /// <param name="always">Whether there is a page where none is asked for: beside the model.</param>
    private TrainingOutput Output(ParseResult result, string architecture, string dataName, bool always = false)
    {
        var output = result.GetValue(_output)?.FullName
            ?? Path.GetFullPath($"models/{architecture}-{dataName}.safetensors");
        if (!output.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase)
            || Directory.Exists(output))
        {
            throw new UsageException(
                $"--output: expected a file that ends in {TrainedClassifier.Extension}, got '{output}'.");
        }

        var report = result.GetValue(_report)?.FullName ?? (always ? Path.ChangeExtension(output, ".html") : null);
        return report == output
            ? throw new UsageException($"--report: expected another file than --output, got '{report}'.")
            : new TrainingOutput(output, report, CommandText.Of(result), Run);
    }

    // One process writes.
    private static void EnsureWritable(TrainingOutput output, TrainerOptions options, IProcessGroup processes)
    {
        if (ProcessShare.Shows(processes))
        {
            output.EnsureWritable(options);
        }
    }
}
