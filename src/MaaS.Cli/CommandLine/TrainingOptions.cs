using System.CommandLine;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pipelines.Generation;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say what to train and how; ranges are checked by
/// <see cref="TrainerOptions.Validate"/>.</summary>
internal sealed class TrainingOptions
{
    private static readonly TrainerOptions Default = new();

    public TrainingOptions()
    {
        Model.AcceptOnlyFromAmong(
            [.. ModelCatalog.All.Select(static m => m.Name), .. LanguageModelOptions.Architectures]);
    }

    public Option<string> Model { get; } = new("--model")
    {
        Description = $"Of images: {Descriptions(ModelCatalog.Images)}. Of texts: {Descriptions(ModelCatalog.Texts)}. "
            + $"Language models: {string.Join(", ", LanguageModelOptions.Architectures)}.",
        HelpName = string.Join(
            "|", ModelCatalog.Images.Concat<ModelEntry>(ModelCatalog.Texts).Select(static m => m.Name)
                .Concat(LanguageModelOptions.Architectures)),
        DefaultValueFactory = _ => "convnet",
    };

    private Option<int> Epochs { get; } = Number("--epochs", "Passes over the training set.", 5);

    private Option<int> BatchSize { get; } = Number("--batch-size", "Samples an update.", Default.BatchSize);

    private Option<string> Optimizer { get; } = Choice(
        "--optimizer", "gd takes the whole training set for each update.", Optimizers.Keys, "adam");

    private Option<double> LearningRate { get; } = Number(
        "--learning-rate", "Learning rate, or the peak of the schedule.", Default.LearningRate);

    private Option<double> Momentum { get; } = Number("--momentum", "Momentum of sgd.", Default.Momentum);

    private Option<double> WeightDecay { get; } = Number("--weight-decay", "Weight decay.", Default.WeightDecay);

    private Option<double> LabelSmoothing { get; } = Number(
        "--label-smoothing", "Share of the target spread over all classes.", Default.LabelSmoothing);

    private Option<string> Schedule { get; } = Choice(
        "--schedule", "How the learning rate changes.", Schedules.Keys,
        Schedules.First(static s => s.Value == Default.Schedule).Key);

    private Option<bool> Augment { get; } = new(
        "--augment")
    {
        Description = "Shift training images by up to 2 pixels; of --images, show random parts of them, half of them "
            + "mirrored.",
    };

    private Option<double> Validation { get; } = Number(
        "--validation", "Share of the training set held back for validation; the test set stays untouched.", 0.1);

    private Option<int?> EarlyStopping { get; } = new("--early-stopping")
    {
        Description = "Epochs without a lower validation loss after which to stop and restore the best.",
        HelpName = "epochs",
    };

    private Option<int> Seed { get; } = Number("--seed", "Seed of weights, shuffles and splits.", 1);

    private Option<string> Device { get; } = new("--device")
    {
        Description = "auto (CUDA where there is one), cpu, cuda or cuda:N.",
        HelpName = "device",
        DefaultValueFactory = _ => Default.Device,
    };

    private Option<int> Threads { get; } = Number("--threads", "CPU threads; 0 for one a core.", Default.Threads);

    private Option<string> Precision { get; } = Choice(
        "--precision", "Number type of forward and backward passes.", ["fp32", "bf16"], "fp32");

    private Option<FileInfo?> Checkpoint { get; } = new(
        "--checkpoint")
    { Description = "File that is replaced after every epoch.", HelpName = "file" };

    private Option<bool> Resume { get; } = new("--resume") { Description = "Go on from --checkpoint." };

    private static Dictionary<string, OptimizerKind> Optimizers { get; } = new()
    {
        ["adam"] = OptimizerKind.Adam,
        ["adamw"] = OptimizerKind.AdamW,
        ["sgd"] = OptimizerKind.Sgd,
        ["gd"] = OptimizerKind.GradientDescent,
    };

    private static Dictionary<string, ScheduleKind> Schedules { get; } = new()
    {
        ["constant"] = ScheduleKind.Constant,
        ["step"] = ScheduleKind.Step,
        ["cosine"] = ScheduleKind.Cosine,
        ["one-cycle"] = ScheduleKind.OneCycle,
    };

    /// <summary>Those that mean nothing for a language model.</summary>
    public IReadOnlyList<Option> NotOfLanguageModels => [LabelSmoothing, Augment];

    public void AddTo(Command command)
    {
        Option[] all =
        [
            Model, Epochs, BatchSize, Optimizer, LearningRate, Momentum, WeightDecay, LabelSmoothing, Schedule, Augment,
            Validation, EarlyStopping, Seed, Device, Threads, Precision, Checkpoint, Resume,
        ];
        all.AddTo(command);
    }

    /// <summary>Adds those that a language model's training has, whose network is given already.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="defaults">What the help says that holds where an option is not given.</param>
    public void AddToLanguageModel(Command command, TrainerOptions defaults)
    {
        Epochs.DefaultValueFactory = _ => defaults.Epochs;
        BatchSize.DefaultValueFactory = _ => defaults.BatchSize;
        Optimizer.DefaultValueFactory = _ => Optimizers.First(o => o.Value == defaults.Optimizer).Key;
        LearningRate.DefaultValueFactory = _ => defaults.LearningRate;
        WeightDecay.DefaultValueFactory = _ => defaults.WeightDecay;
        Schedule.DefaultValueFactory = _ => Schedules.First(s => s.Value == defaults.Schedule).Key;
        Validation.DefaultValueFactory = _ => defaults.ValidationFraction;
        Option[] some =
        [
            Epochs, BatchSize, Optimizer, LearningRate, Momentum, WeightDecay, Schedule, Validation, EarlyStopping,
            Seed, Device, Threads, Precision, Checkpoint, Resume,
        ];
        some.AddTo(command);
    }

    /// <summary>Reads the options of a language model's training.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="defaults">What holds where an option is not given.</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public TrainerOptions ReadLanguageModel(ParseResult result, TrainerOptions defaults)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        var read = Read(result, defaults);
        return read with
        {
            Schedule = Given(Schedule) ? read.Schedule : defaults.Schedule,
            WarmupShare = Given(Schedule) ? 0 : defaults.WarmupShare,
            ValidationFraction = Given(Validation) ? read.ValidationFraction : defaults.ValidationFraction,
            ParameterRules = defaults.ParameterRules,
            Monitor = defaults.Monitor,
            RestoreBest = defaults.RestoreBest,
            LabelSmoothing = 0,
            Augmentation = null,
        };
    }

    /// <summary>Reads the options.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="defaults">What holds where an option is not given; null for what the help says.</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public TrainerOptions Read(ParseResult result, TrainerOptions? defaults = null) => Checked(() =>
    {
        var options = Parse(result);
        if (defaults is not null)
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            options = options with
            {
                Epochs = Given(Epochs) ? options.Epochs : defaults.Epochs,
                BatchSize = Given(BatchSize) ? options.BatchSize : defaults.BatchSize,
                Optimizer = Given(Optimizer) ? options.Optimizer : defaults.Optimizer,
                LearningRate = Given(LearningRate) ? options.LearningRate : defaults.LearningRate,
                WeightDecay = Given(WeightDecay) ? options.WeightDecay : defaults.WeightDecay,
                LabelSmoothing = Given(LabelSmoothing) ? options.LabelSmoothing : defaults.LabelSmoothing,
                GradientClipNorm = defaults.GradientClipNorm,
            };
        }

        options.Validate();
        return options is { EarlyStoppingPatience: not null, ValidationFraction: 0 }
            ? throw new UsageException("--early-stopping: expected --validation above 0, got 0.")
            : options;
    });

    private static string Descriptions(IEnumerable<ModelEntry> models)
        => string.Join("; ", models.Select(static m => $"{m.Name}: {m.Description}"));

    private TrainerOptions Parse(ParseResult result) => new()
    {
        Epochs = result.GetValue(Epochs),
        BatchSize = result.GetValue(BatchSize),
        Optimizer = Optimizers[result.GetRequiredValue(Optimizer)],
        LearningRate = result.GetValue(LearningRate),
        Momentum = result.GetValue(Momentum),
        WeightDecay = result.GetValue(WeightDecay),
        LabelSmoothing = result.GetValue(LabelSmoothing),
        Schedule = Schedules[result.GetRequiredValue(Schedule)],
        Augmentation = result.GetValue(Augment) ? new ShiftFlip(2) : null,
        ValidationFraction = result.GetValue(Validation),
        EarlyStoppingPatience = result.GetValue(EarlyStopping),
        Seed = result.GetValue(Seed),
        Device = result.GetRequiredValue(Device),
        Threads = result.GetValue(Threads),
        Precision = result.GetValue(Precision) == "bf16" ? TrainingPrecision.Bf16 : TrainingPrecision.Fp32,
        CheckpointPath = result.GetValue(Checkpoint)?.FullName,
        Resume = result.GetValue(Resume),
    };
}
