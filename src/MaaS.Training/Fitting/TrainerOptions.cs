using System.Text.Json.Serialization;
using MaaS.Training.Data;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>How to train.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the training set, at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Updates that make an epoch, at least 1; null for as many as the source has. Needed by schedules where
    /// the source does not know its count.</summary>
    public long? StepsPerEpoch { get; init; }

    /// <summary>Samples of a batch of this process, at least 1; <see cref="OptimizerKind.GradientDescent"/> always
    /// takes all.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Batches an update, at least 1: their gradients are added up before the weights change.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Samples of a validation batch, at least 1; null for <see cref="BatchSize"/>, or 256 for classifiers of
    /// samples in memory.</summary>
    public int? ValidationBatchSize { get; init; }

    /// <summary>How gradients change the weights.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Makes an optimizer of TorchSharp's, or one's own, in place of <see cref="Optimizer"/>; its groups have
    /// their learning rates and weight decays already; null for none.</summary>
    /// <example><code>groups => optim.RMSProp(groups.Select(g => new RMSProp.ParamGroup(g.Parameters, g.LearningRate)))
    /// </code></example>
    [JsonIgnore]
    public Func<IReadOnlyList<ParameterGroup>, optim.Optimizer>? OptimizerFactory { get; init; }

    /// <summary>Makes a scheduler of TorchSharp's in place of <see cref="Schedule"/>, for
    /// <see cref="OptimizerFactory"/>; null for none.</summary>
    [JsonIgnore]
    public Func<optim.Optimizer, RunLength, optim.lr_scheduler.LRScheduler>? SchedulerFactory { get; init; }

    /// <summary>When the scheduler of <see cref="SchedulerFactory"/> makes a step.</summary>
    public SchedulerUnit SchedulerUnit { get; init; }

    /// <summary>Parameters that are trained otherwise than the rest: their rate, weight decay, and the epoch in which
    /// they thaw.</summary>
    public IReadOnlyList<ParameterRule> ParameterRules { get; init; } = [];

    /// <summary>Learning rate, above 0; schedules start from it or peak at it.</summary>
    /// <remarks>ConvNet on Fashion-MNIST, 5 epochs: 0.905 test accuracy with the defaults, 0.900 with a constant
    /// 1e-3.</remarks>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Momentum of <see cref="OptimizerKind.Sgd"/>, 0 to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, 0 or more.</summary>
    public double WeightDecay { get; init; }

    /// <summary>How the learning rate changes.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.OneCycle;

    /// <summary>Epochs between two reductions of <see cref="ScheduleKind.Step"/>, at least 1.</summary>
    public int ScheduleStepEpochs { get; init; } = 3;

    /// <summary>Factor of a reduction of <see cref="ScheduleKind.Step"/>, above 0.</summary>
    public double ScheduleGamma { get; init; } = 0.1;

    /// <summary>Updates in which the learning rate rises in a straight line to where the schedule starts, 0 or
    /// more.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Likewise as a share of all updates, 0 to below 1.</summary>
    public double WarmupShare { get; init; }

    /// <summary>The learning rate of an update, in place of <see cref="Schedule"/>: a function of its number, 0 for the
    /// first; null for none.</summary>
    [JsonIgnore]
    public Func<long, double>? LearningRateAt { get; init; }

    /// <summary>Share of the target's probability that is spread over all classes, 0 to below 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How much a sample of each class counts, above 0, for classes of unequal size; null for 1
    /// each.</summary>
    /// <remarks>A mean of 1 over the samples, as <see cref="Data.Text.LabelEncoder.BalancedWeights"/> gives, keeps the
    /// learning rate's meaning.</remarks>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Largest 2-norm of all gradients together, above 0; null for no limit.</summary>
    public double? GradientClipNorm { get; init; }

    /// <summary>Largest absolute value of an element of a gradient, above 0, before the norm is limited; null for no
    /// limit.</summary>
    public double? GradientClipValue { get; init; }

    /// <summary>Seed of shuffles, splits, augmentation and torch's default generator.</summary>
    public int Seed { get; init; }

    /// <summary><c>auto</c> (CUDA where there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>CPU threads, at least 1; 0 for one a core. Weights are bit-equal between runs with equal
    /// threads.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Data-parallel workers on the CPU, each with its share of the threads and of every batch; 0 to choose:
    /// one a thread where <see cref="ExecutionPlan"/> knows that this is safe and pays, otherwise one.
    /// </summary>
    /// <remarks>
    /// More than one needs a model whose forward pass may run on several threads at once and that neither depends on
    /// the batch as a whole (batch norm) nor draws random numbers (dropout).
    /// </remarks>
    public int Workers { get; init; }

    /// <summary>Share of the training set that is held back for validation, 0 to below 1; 0 when a validation set is
    /// given.</summary>
    public double ValidationFraction { get; init; }

    /// <summary>Epochs without a better <see cref="Monitor"/> after which to stop, at least 1; null to never stop
    /// early.</summary>
    /// <remarks>The weights of the best epoch are restored when training stops or ends.</remarks>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>The metric that tells which epoch is the best, of the validation set where there is one; null for the
    /// task's own, which is the loss unless it says otherwise.</summary>
    public string? Monitor { get; init; }

    /// <summary>Whether a greater <see cref="Monitor"/> is a better one; null for what the task says.</summary>
    public bool? MonitorGreaterIsBetter { get; init; }

    /// <summary>Whether the best epoch's weights are restored when training ends, early stopping or not.</summary>
    public bool RestoreBest { get; init; }

    /// <summary>The number type of forward and backward passes.</summary>
    /// <remarks>bfloat16 pays where large matrix products dominate; <see cref="Models.ConvNet"/>'s fused pass is
    /// float32 and faster.</remarks>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Fp32;

    /// <summary>Whether images are laid out channels-last in memory; null to choose.</summary>
    public bool? ChannelsLast { get; init; }

    /// <summary>Random shifts and flips of training images; null for none.</summary>
    public ShiftFlip? Augmentation { get; init; }

    /// <summary>File (safetensors) that is replaced after every epoch; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>A folder of checkpoints, written by steps, time or epochs, in place of <see cref="CheckpointPath"/>;
    /// null for none.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Whether to go on from <see cref="CheckpointPath"/>, or the newest file of <see cref="Checkpoints"/>,
    /// where there is one, to the weights of an uninterrupted run.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// What tells the training data of a classifier apart, as their SHA-256: a checkpoint keeps it, and one of other
    /// data is not resumed from. Null: it is taken of the samples. Trained classifiers set it themselves.
    /// </summary>
    [JsonIgnore]
    public string? DataHash { get; init; }

    /// <summary>File (safetensors) that gets the batch whose loss is not a finite number; null for none.</summary>
    public string? FailedBatchPath { get; init; }

    /// <summary>The processes that train together; null for this one alone. The trainer does not dispose it.</summary>
    [JsonIgnore]
    public IProcessGroup? Processes { get; init; }

    /// <summary>Whether batch norm takes mean and variance of the batches of all processes, as if one had them
    /// all.</summary>
    /// <remarks>Needs <see cref="Workers"/> of 0 or 1. The end of an epoch, where not every process has a batch left,
    /// is left out.</remarks>
    public bool SynchronizeBatchNorm { get; init; }

    /// <summary>Code that runs at the points of a run, in this order.</summary>
    [JsonIgnore]
    public IReadOnlyList<TrainingCallback> Callbacks { get; init; } = [];

    /// <summary>Code that runs inside training, in this order, after <see cref="Callbacks"/>; the description of a
    /// trained model does not keep it.</summary>
    [JsonIgnore]
    public IReadOnlyList<ITrainingHook> Hooks { get; init; } = [];

    /// <summary>Whether checkpoints are written.</summary>
    [JsonIgnore]
    internal bool Checkpointing => CheckpointPath is not null || Checkpoints is not null;

    /// <summary>The same training as one process would do it, as descriptions of a model have it.</summary>
    internal TrainerOptions OfAll()
        => this with { BatchSize = checked(BatchSize * (Processes?.Size ?? 1)), Processes = null };

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message names all of
    /// them.</exception>
    public void Validate() => TrainerOptionsValidation.Require(this);
}
