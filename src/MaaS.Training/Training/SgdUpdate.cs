using System.Numerics;
using static TorchSharp.torch;

namespace MaaS.Training;

/// <summary>Gradient descent with momentum as PyTorch defines it: v ← μv + g, w ← w − ηv.</summary>
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
        if (IsPlain(weight, gradient))
        {
            Update(
                FloatSpan.Of(weight), FloatSpan.Of(gradient), velocity is null ? default : FloatSpan.Of(velocity),
                (float)learningRate, (float)_momentum, (float)_weightDecay);
            return;
        }

        if (_weightDecay > 0)
        {
            gradient = gradient.add(weight, alpha: _weightDecay);
        }

        weight.add_(velocity?.mul_(_momentum).add_(gradient) ?? gradient, alpha: -learningRate);
    }

    private static void Update(
        Span<float> weights, ReadOnlySpan<float> gradients, Span<float> velocities, float rate, float momentum, float decay)
    {
        var i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var w = new Vector<float>(weights[i..]);
            var g = new Vector<float>(gradients[i..]) + (decay * w);
            if (velocities.Length > 0)
            {
                g += momentum * new Vector<float>(velocities[i..]);
                g.CopyTo(velocities[i..]);
            }

            (w - (rate * g)).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            var g = gradients[i] + (decay * weights[i]);
            if (velocities.Length > 0)
            {
                velocities[i] = g += momentum * velocities[i];
            }

            weights[i] -= rate * g;
        }
    }
}
