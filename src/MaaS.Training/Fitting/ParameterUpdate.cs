using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Changes weights by their gradients, in place; the state (momentum and the like) is a list of
/// tensors.</summary>
internal abstract class ParameterUpdate : IDisposable
{
    private readonly List<(string Name, Tensor Tensor)> _state = [];

    protected ParameterUpdate(IReadOnlyList<Tensor> weights) => Weights = weights;

    /// <summary>Number of updates made, part of the state.</summary>
    public long Steps { get; set; }

    /// <summary>The tensors that a checkpoint keeps.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => _state;

    protected IReadOnlyList<Tensor> Weights { get; }

    public static ParameterUpdate Create(TrainerOptions options, IReadOnlyList<Tensor> weights)
        => options.Optimizer switch
        {
            OptimizerKind.GradientDescent => new SgdUpdate(weights, 0, options.WeightDecay),
            OptimizerKind.Sgd => new SgdUpdate(weights, options.Momentum, options.WeightDecay),
            OptimizerKind.Adam => new AdamUpdate(weights, options.WeightDecay, decoupled: false),
            OptimizerKind.AdamW => new AdamUpdate(weights, options.WeightDecay, decoupled: true),
            _ => throw new InvalidOperationException($"Optimizer {options.Optimizer} is unknown."),
        };

    /// <summary>One update.</summary>
    /// <param name="gradients">One for each weight, of its shape; null leaves the weight as it is.</param>
    /// <param name="learningRate">Above 0.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate)
    {
        Steps++;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (var i = 0; i < Weights.Count; i++)
        {
            if (gradients[i] is { } gradient)
            {
                Update(i, gradient, learningRate);
            }
        }
    }

    public void Dispose()
    {
        foreach (var (_, tensor) in _state)
        {
            tensor.Dispose();
        }
    }

    protected abstract void Update(int index, Tensor gradient, double learningRate);

    /// <summary>One zero tensor a weight, kept as state under <c>name.0</c>, <c>name.1</c>, ….</summary>
    protected Tensor[] AddState(string name)
    {
        var tensors = Weights.Select(static w => zeros(w.shape, w.dtype, w.device).DetachFromDisposeScope()).ToArray();
        _state.AddRange(tensors.Select((tensor, i) => ($"{name}.{i}", tensor)));
        return tensors;
    }
}
