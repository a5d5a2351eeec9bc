using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>Gradient descent with momentum as PyTorch defines it: v ← μv + g, w ← w − ηv.</summary>
/// <remarks>
/// torch's operators: one pass over the memory in C# was slower than their two for ConvNet (0.026 against 0.019 ms a
/// step) and gained 0.2 ms a step for a Transformer of 1.2 million weights.
/// </remarks>
internal sealed class SgdUpdate : ParameterUpdate
{
    private readonly double _momentum;
    private readonly Tensor[] _velocities;

    public SgdUpdate(IReadOnlyList<Tensor> weights, IReadOnlyList<ParameterSetting> settings, double momentum)
        : base(weights, settings)
    {
        _momentum = momentum;
        _velocities = momentum > 0 ? AddState("momentum") : [];
    }

    protected override void Update(int index, Tensor gradient, double learningRate, double scale)
    {
        var weight = Weights[index];
        var velocity = _momentum > 0 ? _velocities[index] : null;
        if (Settings[index].WeightDecay is > 0 and var decay)
        {
            (gradient, scale) = (gradient.mul(scale).add_(weight, alpha: decay), 1);
        }

        if (velocity is null)
        {
            weight.add_(gradient, alpha: -learningRate * scale);
        }
        else
        {
            weight.add_(velocity.mul_(_momentum).add_(gradient, alpha: scale), alpha: -learningRate);
        }
    }
}
