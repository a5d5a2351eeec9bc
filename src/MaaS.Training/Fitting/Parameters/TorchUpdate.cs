using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>An optimizer of TorchSharp's, or of the user's own, with a learning rate from the built-in schedules or a
/// scheduler of TorchSharp's.</summary>
internal sealed class TorchUpdate : ParameterUpdate
{
    private readonly optim.Optimizer _optimizer;
    private readonly OptimizerFields? _fields;
    private readonly double[] _initialRates;
    private readonly double _peak;

    private TorchUpdate(
        IReadOnlyList<Tensor> weights, IReadOnlyList<ParameterSetting> settings, optim.Optimizer optimizer, double peak)
        : base(weights, settings)
    {
        _optimizer = optimizer;
        _peak = peak;
        _initialRates = [.. Groups.Select(static g => g.LearningRate)];
        _fields = optimizer is OptimizerHelper helper ? new OptimizerFields(helper) : null;
    }

    /// <summary>The optimizer, for schedulers.</summary>
    public optim.Optimizer Optimizer => _optimizer;

    /// <summary>Whether a scheduler of TorchSharp's sets the rates.</summary>
    public bool Scheduled { get; set; }

    /// <summary>The rate of the first group.</summary>
    public double LearningRate => Groups.FirstOrDefault()?.LearningRate ?? 0;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => _fields?.State ?? [];

    private IEnumerable<optim.ILearningRateController> Groups => _optimizer.ParamGroups ?? [];

    /// <summary>Makes an optimizer for weights.</summary>
    /// <exception cref="ArgumentException">Its state cannot be written to a checkpoint although the options want
    /// some.</exception>
    public static TorchUpdate Create(
        TrainerOptions options, IReadOnlyList<Tensor> weights, IReadOnlyList<string> names,
        IReadOnlyList<ParameterSetting> settings)
    {
        ParameterGroup[] groups = [
            .. Enumerable.Range(0, weights.Count).GroupBy(i => settings[i]).Select(g => new ParameterGroup(
                [.. g.Select(i => (Parameter)weights[i])], [.. g.Select(i => names[i])],
                options.LearningRate * g.Key.RateFactor, g.Key.WeightDecay)),
        ];
        var optimizer = options.OptimizerFactory!(groups)
            ?? throw new ArgumentException("OptimizerFactory: expected an optimizer, got null.");
        if (options.Checkpointing && OptimizerFields.Refusal(optimizer) is { } reason)
        {
            optimizer.Dispose();
            throw new ArgumentException(
                $"OptimizerFactory: expected an optimizer whose state a checkpoint can hold, got "
                    + $"{optimizer.GetType()}: "
                    + $"{reason}; train without checkpoints or with another optimizer.");
        }

        return new TorchUpdate(weights, settings, optimizer, options.LearningRate);
    }

    /// <inheritdoc/>
    public override void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double scale = 1)
    {
        using var scope = NewDisposeScope();
        if (!Scheduled)
        {
            foreach (var (group, initial) in Groups.Zip(_initialRates))
            {
                group.LearningRate = initial * (learningRate / _peak);
            }
        }

        using (no_grad())
        {
            for (var i = 0; i < Weights.Count; i++)
            {
                Weights[i].grad = gradients[i] is { } gradient ? scale == 1 ? gradient : gradient.mul(scale) : null;
            }
        }

        try
        {
            _optimizer.step();
        }
        finally
        {
            foreach (var weight in Weights)
            {
                weight.grad = null;
            }
        }
    }

    /// <inheritdoc/>
    public override void Expect(IReadOnlySet<string> names) => _fields?.Expect(names);

    /// <inheritdoc/>
    public override void Loaded() => _fields?.Loaded();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _fields?.Dispose();
        _optimizer.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor gradient, double learningRate, double scale)
        => throw new InvalidOperationException("The optimizer updates all weights at once.");
}
