using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>Changes weights by their gradients, in place; the state (momentum and the like) is a list of
/// tensors.</summary>
internal abstract class ParameterUpdate : IDisposable
{
    private readonly List<(string Name, Tensor Tensor)> _state = [];

    /// <param name="weights">What is changed.</param>
    /// <param name="settings">One for each weight.</param>
    protected ParameterUpdate(IReadOnlyList<Tensor> weights, IReadOnlyList<ParameterSetting> settings)
        => (Weights, Settings) = (weights, settings);

    /// <summary>The tensors that a checkpoint keeps, up to date.</summary>
    public virtual IReadOnlyList<(string Name, Tensor Tensor)> State => _state;

    protected IReadOnlyList<Tensor> Weights { get; }

    protected IReadOnlyList<ParameterSetting> Settings { get; }

    /// <summary>An update of the built-in kinds, every weight under the same settings.</summary>
    public static ParameterUpdate Create(TrainerOptions options, IReadOnlyList<Tensor> weights)
        => Create(options, weights, [.. weights.Select(_ => new ParameterSetting(1, options.WeightDecay, 1))]);

    /// <summary>An update of the built-in kinds.</summary>
    public static ParameterUpdate Create(
        TrainerOptions options, IReadOnlyList<Tensor> weights, IReadOnlyList<ParameterSetting> settings)
        => options.Optimizer switch
        {
            OptimizerKind.GradientDescent => new SgdUpdate(weights, settings, 0),
            OptimizerKind.Sgd => new SgdUpdate(weights, settings, options.Momentum),
            OptimizerKind.Adam => new AdamUpdate(weights, settings, decoupled: false),
            OptimizerKind.AdamW => new AdamUpdate(weights, settings, decoupled: true),
            _ => throw new InvalidOperationException($"Optimizer {options.Optimizer} is unknown."),
        };

    /// <summary>One update.</summary>
    /// <param name="gradients">One for each weight, of its shape; null leaves the weight as it is.</param>
    /// <param name="learningRate">0 or more, before the settings' factors.</param>
    /// <param name="scale">What the gradients are multiplied by first.</param>
    public virtual void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double scale = 1)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (var i = 0; i < Weights.Count; i++)
        {
            if (gradients[i] is { } gradient)
            {
                Update(i, gradient, learningRate * Settings[i].RateFactor, scale);
            }
        }
    }

    /// <summary>Makes room for a saved state before it is copied into <see cref="State"/>.</summary>
    /// <param name="names">Names of the saved tensors.</param>
    public virtual void Expect(IReadOnlySet<string> names)
    {
    }

    /// <summary>Takes over what was copied into <see cref="State"/>.</summary>
    public virtual void Loaded()
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        foreach (var (_, tensor) in _state)
        {
            tensor.Dispose();
        }
    }

    protected abstract void Update(int index, Tensor gradient, double learningRate, double scale);

    /// <summary>One zero tensor a weight, kept as state under <c>name.0</c>, <c>name.1</c>, ….</summary>
    protected Tensor[] AddState(string name)
    {
        var tensors = Weights.Select(static w => zeros(w.shape, w.dtype, w.device).DetachFromDisposeScope()).ToArray();
        _state.AddRange(tensors.Select((tensor, i) => ($"{name}.{i}", tensor)));
        return tensors;
    }

    /// <summary>One tensor kept as state.</summary>
    protected Tensor AddState(string name, Tensor tensor)
    {
        _state.Add((name, tensor.DetachFromDisposeScope()));
        return tensor;
    }
}
