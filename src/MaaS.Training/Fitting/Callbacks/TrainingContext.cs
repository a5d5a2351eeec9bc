using MaaS.Training.Fitting.Checkpointing;
using MaaS.Training.Fitting.Parameters;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Callbacks;

/// <summary>Where a run stands, for callbacks.</summary>
public sealed class TrainingContext
{
    private readonly Action<string> _warn;
    private readonly MasterWeights _weights;
    private readonly Func<RunDescription> _describe;
    private Func<string>? _batchName;

    internal TrainingContext(
        nn.Module model, TrainerOptions options, Device device, MasterWeights weights, RunLength length,
        Action<string> warn, Func<RunDescription> describe)
    {
        (Model, Options, Device, _weights, Length, _warn, _describe)
            = (model, options, device, weights, length, warn, describe);
    }

    /// <summary>What is trained.</summary>
    public nn.Module Model { get; }

    /// <summary>How it is trained.</summary>
    public TrainerOptions Options { get; }

    /// <summary>Where the model is.</summary>
    public Device Device { get; }

    /// <summary>The trainable weights by their names in the state dictionary, float32; in reduced precision the
    /// module's own parameters follow them after each update.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights.ByName;

    /// <summary>Gradients by the names of the weights, of the mean loss over all batches and processes, from
    /// <see cref="TrainingCallback.OnBeforeUpdate"/> to <see cref="TrainingCallback.OnAfterUpdate"/>; otherwise
    /// empty.</summary>
    public IReadOnlyDictionary<string, Tensor> Gradients => CurrentGradients?.Invoke() ?? NoTensors;

    /// <summary>How long the run is.</summary>
    public RunLength Length { get; }

    /// <summary>The current epoch, 1 for the first; 0 before.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Updates of the weights that are complete.</summary>
    public long Step { get; internal set; }

    /// <summary>The learning rate of the last update, before the factors of parameter rules.</summary>
    public double LearningRate { get; internal set; }

    /// <summary>Mean loss of the last update's batches, over all processes; not a number before the first.</summary>
    public double Loss { get; internal set; } = double.NaN;

    /// <summary>Where the samples of the last batch came from; null before the first.</summary>
    public string? BatchName => _batchName?.Invoke();

    /// <summary>Number of this process, 0 for one alone.</summary>
    public int Rank => Options.Processes?.Rank ?? 0;

    /// <summary>How many processes train together.</summary>
    public int ProcessCount => Options.Processes?.Size ?? 1;

    /// <summary>Whether the run ends after this step or epoch.</summary>
    public bool StopRequested { get; private set; }

    /// <summary>What the result depends on, beside the weights and the data, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters => _describe().Options;

    /// <summary>What may change the last bits of the result, by name: versions, threads, processes.</summary>
    public IReadOnlyDictionary<string, string> Circumstances => _describe().Circumstances;

    /// <summary>A fingerprint of the training data; the first call may read all of them.</summary>
    public string DataFingerprint => _describe().Fingerprint ?? "";

    internal Func<IReadOnlyDictionary<string, Tensor>>? CurrentGradients { get; set; }

    private static IReadOnlyDictionary<string, Tensor> NoTensors { get; } = new Dictionary<string, Tensor>();

    /// <summary>Ends the run after this step, as if it were complete. With several processes all of them ask for
    /// it.</summary>
    public void Stop() => StopRequested = true;

    /// <summary>Says something that does not end the run; it is shown, kept in the result and given to the other
    /// callbacks.</summary>
    /// <param name="message">A sentence.</param>
    public void Warn(string message) => _warn(message);

    // A tensor of the model's state dictionary before it was rounded to a reduced precision.
    internal Tensor Unrounded(string name, Tensor now) => _weights.Unrounded(name, now);

    // A name is made when it is asked for: few steps need one.
    internal void NameBatch(Func<string> name) => _batchName = name;
}
