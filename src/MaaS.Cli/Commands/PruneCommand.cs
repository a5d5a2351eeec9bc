using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Primitives.Files;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Pruning;
using MaaS.Training.Pruning.Criteria;
using MaaS.Training.Reports;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Commands;

/// <summary><c>maas prune</c>: a smaller network, fine-tuned.</summary>
internal sealed class PruneCommand : RecordedVerb
{
    private static readonly ChannelPruningOptions Default = new();

    private static readonly Dictionary<string, Func<ImageDataset, IChannelCriterion>> Criteria = new()
    {
        ["l1"] = static _ => new L1Criterion(),
        ["l2"] = static _ => new L2Criterion(),
        ["batch-norm"] = static _ => new BatchNormCriterion(),
        ["taylor"] = static train => TaylorCriterion.CrossEntropy(train),
        ["random"] = static _ => new RandomCriterion(),
    };

    private static readonly Dictionary<string, Func<double, PruningGoal>> Targets = new()
    {
        ["channels"] = PruningGoal.Channels,
        ["macs"] = static ratio => PruningGoal.Macs(1 - ratio),
        ["parameters"] = static ratio => PruningGoal.Parameters(1 - ratio),
        ["latency"] = static ratio => PruningGoal.Latency(1 - ratio),
    };

    private readonly Argument<FileInfo> _model = new("model") { Description = "A trained model (.safetensors)." };
    private readonly DataOptions _data = new("mnist");
    private readonly Option<double> _ratio = Number("--ratio", "Share to remove, 0 to below 1.", 0.5);
    private readonly Option<string> _target = Choice(
        "--target", "What the ratio is a share of.", Targets.Keys, "channels");
    private readonly Option<string> _criterion = Choice("--criterion", "Which channels go first.", Criteria.Keys, "l2");
    private readonly Option<bool> _global = new("--global")
    {
        Description = "Let all layers compete, instead of the same share from each.",
    };
    private readonly Option<int> _roundTo = Number(
        "--round-to", "Keep a multiple of so many channels in each layer.", Default.RoundTo);
    private readonly Option<int> _steps = Number(
        "--steps", "In how many steps, each followed by fine-tuning.", Default.Steps);
    private readonly Option<string[]> _ignore = Several(
        "--ignore", "A layer whose channels stay; may be given several times.", "layer");

    private readonly Option<int> _epochs = Number(
        "--fine-tune-epochs", "Passes over the training set after each step; 0 for none.", 2);
    private readonly Option<double> _learningRate = Number(
        "--learning-rate", "Peak learning rate of fine-tuning.", 1e-3);
    private readonly Option<int> _seed = Number("--seed", "Seed of fine-tuning.", 1);
    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "Where the smaller model goes; beside the model with -pruned in its name without it.",
        HelpName = "file",
    };

    public PruneCommand()
        : base("prune", "Removes channels from a trained model and fine-tunes what is left.")
    {
        Arguments.Add(_model);
        _data.AddTo(this);
        new Option[] { _ratio, _target, _criterion, _global, _roundTo, _steps, _ignore, _epochs, _learningRate, _seed,
            _output }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas prune models/resnet-mnist.safetensors --ratio 0.5",
            "Half the channels of every layer, about a quarter of the weights."),
        ("maas prune models/resnet-mnist.safetensors --ratio 0.6 --target macs --criterion taylor --global --steps 3 "
            + "--fine-tune-epochs 3",
            "40% of the multiplications are left, taken where the loss feels it least."),
    ];

    protected override string RunName(ParseResult result) => NameOf(result.GetRequiredValue(_model));

    protected override Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (goal, fineTuning) = Checked(() => (
            Targets[result.GetRequiredValue(_target)](result.GetValue(_ratio)), FineTuning(result)));
        var source = result.GetRequiredValue(_model).FullName;
        if (!NetworkFile.IsTrainedModel(source))
        {
            throw new UsageException(
                $"model: expected a trained model ({TrainedClassifier.Extension}), because pruning trains on, got "
                    + $"'{source}'.");
        }

        var output = result.GetValue(_output)?.FullName ?? Path.Combine(
            Path.GetDirectoryName(source)!,
            $"{Path.GetFileNameWithoutExtension(source)}-pruned{TrainedClassifier.Extension}");
        if (!output.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException(
                $"--output: expected a file that ends in {TrainedClassifier.Extension}, got '{output}'.");
        }

        AtomicFile.EnsureWritable(output);
        using var model = TrainedModel.Load(source);
        using var data = _data.Load(result);
        using var train = model.Normalized(data.Train);
        using var test = model.Normalized(data.Test);
        var options = Checked(() =>
        {
            var read = PruningOptions(result, goal, train) with
            {
                Evaluate = () => Evaluator.Evaluate(model.Module, test, cancellationToken: cancellationToken).Accuracy,
            };
            read.Validate();
            return read;
        });

        var report = model.Prune(options, fineTuning, train, new ConsoleProgress(), cancellationToken);
        model.Save(output);
        Run?.Metric("before/accuracy", 0, report.Before.Score ?? double.NaN);
        Run?.Metric("test/accuracy", 0, report.Final.Score ?? double.NaN);
        Run?.Metric("parameters", 0, report.Final.Parameters);
        Run?.Artifact(output);
        Console.WriteLine();
        Console.Write(report);
        Console.WriteLine($"written to {output} (score: accuracy on {test.Count} test images)");
        return Task.FromResult(ExitCode.Success);
    }

    private TrainerOptions? FineTuning(ParseResult result)
    {
        if (result.GetValue(_epochs) == 0)
        {
            return null;
        }

        var options = new TrainerOptions
        {
            Epochs = result.GetValue(_epochs),
            LearningRate = result.GetValue(_learningRate),
            Seed = result.GetValue(_seed),
        };
        options.Validate();
        return options;
    }

    private ChannelPruningOptions PruningOptions(ParseResult result, PruningGoal goal, ImageDataset train) => new()
    {
        Goal = goal,
        Criterion = Criteria[result.GetRequiredValue(_criterion)](train),
        Scope = result.GetValue(_global) ? PruningScope.Global : PruningScope.Local,
        RoundTo = result.GetValue(_roundTo),
        Steps = result.GetValue(_steps),
        Ignore = result.GetRequiredValue(_ignore),
    };
}
