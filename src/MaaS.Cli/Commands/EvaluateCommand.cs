using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Cli.Images;
using MaaS.Cli.Text;
using MaaS.Core.Metrics;
using MaaS.Core.Packages;
using MaaS.Training.Evaluation;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <summary><c>maas evaluate</c>: precision, recall and F1 of a trained model or of a package.</summary>
internal sealed class EvaluateCommand : RecordedVerb
{
    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description = "A trained model (.safetensors) or a package (.maas or folder).",
    };
    private readonly DataOptions _data = new("mnist", TextOptions.SpamAssassinName);
    private readonly TextOptions _texts = new();
    private readonly ImageFileOptionSet _images = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON." };

    private readonly Option<bool> _noBaseline = new("--no-baseline")
    {
        Description = "Texts: do not train the baseline for comparison.",
    };

    public EvaluateCommand()
        : base("evaluate", "Measures a model on a test set: accuracy, precision, recall, F1, confusion matrix.")
    {
        Arguments.Add(_model);
        _data.AddTo(this);
        _texts.AddTo(this);
        _images.Naming.AddTo(this);
        Options.Add(_noBaseline);
        Options.Add(_json);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas evaluate models/convnet-mnist.safetensors --data mnist", "The torch model."),
        ("maas evaluate models/transformer-spam-assassin.safetensors",
            "Texts: the mails that training never saw, beside the baseline."),
        ("maas evaluate models/resnet18-flowers.safetensors --images flowers",
            "Your own pictures: those that training never saw."),
        ("maas evaluate artifacts/demo/digits.maas --data mnist --json",
            "What the server would answer, through ONNX Runtime."),
    ];

    protected override string RunName(ParseResult result) => NameOf(result.GetRequiredValue(_model));

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetRequiredValue(_model).FullName;
        _images.RefuseUnused(result);
        if (_images.IsAsked(result))
        {
            UnusedOptions.Refuse(
                result, "pictures of one's own",
                [
                    .. _texts.All.Where(static o => o.Name is not ("--csv" or "--label" or "--test" or "--split-seed")),
                    _data.Directory, _noBaseline,
                ]);
            var (evaluation, note) = await ImageFileMeasuring.RunAsync(
                path, _images, _texts, result, cancellationToken);
            Run?.Report("test", evaluation.Report);
            Console.WriteLine(result.GetValue(_json)
                ? evaluation.Report.ToJson() : $"{note}{Environment.NewLine}{evaluation.Report}");
            return ExitCode.Success;
        }

        if (await TextModelFile.IsTextAsync(path, cancellationToken))
        {
            UnusedOptions.Refuse(result, "a model of texts", [_data.Directory]);
            var measured = await TextMeasuring.RunAsync(
                path, _texts, result, !result.GetValue(_noBaseline), cancellationToken);
            Run?.Report("test", measured.Network.Report);
            if (result.GetValue(_json))
            {
                Console.WriteLine(measured.Network.Report.ToJson());
                return ExitCode.Success;
            }

            Console.WriteLine(measured.Note);
            TextTraining.Print(measured.Network, measured.Baseline);
            return ExitCode.Success;
        }

        UnusedOptions.Refuse(result, "a model of images", [.. _texts.All, _noBaseline]);
        var report = await MeasureAsync(result, cancellationToken);
        Run?.Report("test", report);
        Console.WriteLine(result.GetValue(_json) ? report.ToJson() : report.ToString());
        return ExitCode.Success;
    }

    // The model comes first: it is loaded faster than the data.
    private async Task<ClassificationReport> MeasureAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetRequiredValue(_model).FullName;
        if (path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            using var model = TrainedModel.Load(path);
            using var data = _data.Load(result);
            using var test = model.Normalized(data.Test);
            return Evaluator.Evaluate(model.Module, test, cancellationToken: cancellationToken);
        }

        using var packaged = await ImageClassifier.OpenAsync(path, cancellationToken: cancellationToken);
        using var images = _data.Load(result);
        return Evaluator.Evaluate(packaged, images.Test, cancellationToken);
    }
}
