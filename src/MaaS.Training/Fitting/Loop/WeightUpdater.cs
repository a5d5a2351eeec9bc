using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Schedules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Turns the gradients of a step into new weights: adds them up over processes, divides, clips,
/// updates.</summary>
internal sealed class WeightUpdater : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly MasterWeights _weights;
    private readonly LearningRateSchedule? _schedule;
    private Tensor?[] _gradients = [];
    private Tensor?[] _own = [];
    private double _scale = 1;
    private bool _scaled;

    /// <param name="options">Validated.</param>
    /// <param name="weights">What is updated.</param>
    /// <param name="settings">One for each weight.</param>
    /// <param name="length">How long the run is.</param>
    public WeightUpdater(
        TrainerOptions options, MasterWeights weights, ParameterSetting[] settings, RunLength length)
    {
        (_options, _weights) = (options, weights);
        Update = options.OptimizerFactory is null
            ? ParameterUpdate.Create(options, weights.Weights, settings)
            : TorchUpdate.Create(options, weights.Weights, weights.Names, settings);
        Schedule = TorchSchedule.Create(options, Update, length);
        _schedule = Schedule is null && options.LearningRateAt is null
            ? LearningRateSchedule.Of(options, length.StepsPerEpoch) : null;
        Exchange = options.Processes is { Size: > 1 } group
            ? new GradientExchange(weights.Weights, TensorSums.On(weights.Weights[0].device, group)) : null;
    }

    /// <summary>The optimizer.</summary>
    public ParameterUpdate Update { get; }

    /// <summary>Adds gradients up over processes; null for one process.</summary>
    public GradientExchange? Exchange { get; }

    /// <summary>A scheduler of TorchSharp's; null for a built-in schedule.</summary>
    public TorchSchedule? Schedule { get; }

    /// <summary>Factor of float16 losses.</summary>
    public required LossScale LossScale { get; init; }

    /// <summary>The learning rate of the last update.</summary>
    public double LearningRate { get; private set; }

    /// <summary>The mean gradients by name, to be looked at or changed before the update.</summary>
    public IReadOnlyDictionary<string, Tensor> Gradients()
    {
        if (!_scaled)
        {
            // Not in place: what autograd gives may share its memory. Not of a callback's dispose scope either.
            using var noGrad = no_grad();
            var scaled = Array.ConvertAll(_gradients, g => g?.mul(_scale).DetachFromDisposeScope());
            Forget();
            _gradients = _own = scaled;
            (_scale, _scaled) = (1, true);
        }

        return _weights.Names.Zip(_gradients).Where(static g => g.Second is not null)
            .ToDictionary(static g => g.First, static g => g.Second!);
    }

    /// <summary>Makes the gradients of a step ready.</summary>
    /// <param name="gradients">Of the sum of the losses of this process; null where it read no batch.</param>
    /// <param name="weight">What the losses of all processes are a sum over.</param>
    /// <returns>Whether they are finite, as far as that is known.</returns>
    /// <remarks>The gradients belong to the dispose scope.</remarks>
    public bool Prepare(Tensor?[]? gradients, double weight)
    {
        _gradients = gradients is null
            ? new Tensor?[_weights.Weights.Count] : Array.ConvertAll(gradients, static g => g?.to(ScalarType.Float32));
        if (Exchange is not null)
        {
            _gradients = Exchange.Sum(_gradients);
        }

        (_scale, _scaled) = (1 / weight, false);
        if (_options.GradientClipValue is { } value)
        {
            Gradients();
            GradientClip.Values(_gradients, value);
        }

        if (_options.GradientClipNorm is null && !LossScale.Enabled)
        {
            return true;
        }

        var norm = GradientClip.Norm(_gradients) * _scale;
        if (_options.GradientClipNorm is { } limit && double.IsFinite(norm))
        {
            _scale *= GradientClip.Factor(norm, limit);
            _scaled = false;
        }

        return double.IsFinite(norm);
    }

    /// <summary>Changes the weights.</summary>
    /// <param name="step">Number of the update, 0 for the first.</param>
    public void Apply(long step)
    {
        var rate = _schedule?.At(step) ?? _options.LearningRateAt?.Invoke(step) ?? _options.LearningRate;
        Update.Step(_gradients, rate, _scale);
        LearningRate = Schedule is not null && Update is TorchUpdate torch ? torch.LearningRate : rate;
    }

    /// <summary>Rounds changed weights into the model's parameters and lets go of the gradients.</summary>
    public void Finish()
    {
        _weights.Publish();
        Forget();
        _gradients = [];
    }

    public void Dispose()
    {
        Forget();
        Update.Dispose();
        Exchange?.Dispose();
    }

    private void Forget()
    {
        foreach (var gradient in _own)
        {
            gradient?.Dispose();
        }

        _own = [];
    }
}
