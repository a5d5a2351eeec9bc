using System.Numerics;
using System.Runtime.InteropServices;
using MaaS.Training.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>Adam, and AdamW with decoupled weight decay, in PyTorch's order of operations.</summary>
/// <remarks>Kingma, Ba 2015, algorithm 1; Loshchilov, Hutter 2019, algorithm 2. β₁ = 0.9, β₂ = 0.999, ε =
/// 10⁻⁸.</remarks>
internal sealed class AdamUpdate : ParameterUpdate
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly bool _decoupled;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Tensor _steps;

    public AdamUpdate(IReadOnlyList<Tensor> weights, IReadOnlyList<ParameterSetting> settings, bool decoupled)
        : base(weights, settings)
    {
        _decoupled = decoupled;
        _means = AddState("exp_avg");
        _squares = AddState("exp_avg_sq");
        _steps = AddState("steps", zeros([weights.Count], ScalarType.Int32));
    }

    protected override void Update(int index, Tensor gradient, double learningRate, double scale)
    {
        var weight = Weights[index];
        var (mean, square) = (_means[index], _squares[index]);
        var steps = ++MemoryMarshal.Cast<byte, int>(_steps.bytes)[index];   // A thawed weight starts at 1.
        var stepSize = learningRate / (1 - Math.Pow(Beta1, steps));
        var correction = Math.Sqrt(1 - Math.Pow(Beta2, steps));
        var weightDecay = Settings[index].WeightDecay;
        var keep = _decoupled ? 1 - (learningRate * weightDecay) : 1;
        var decay = _decoupled ? 0 : weightDecay;
        if (IsPlain(weight, gradient))
        {
            Update(
                FloatSpan.Of(weight), FloatSpan.Of(gradient), FloatSpan.Of(mean), FloatSpan.Of(square),
                (float)scale, (float)stepSize, (float)correction, (float)keep, (float)decay);
            return;
        }

        if (scale != 1)
        {
            gradient = gradient.mul(scale);
        }

        if (decay > 0)
        {
            gradient = gradient.add(weight, alpha: decay);
        }

        mean.mul_(Beta1).add_(gradient, alpha: 1 - Beta1);
        square.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        weight.mul_(keep).addcdiv_(mean, square.sqrt().div_(correction).add_(Epsilon), -stepSize);
    }

    private static bool IsPlain(Tensor weight, Tensor gradient)
        => weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32
            && gradient.dtype == ScalarType.Float32 && weight.is_contiguous() && gradient.is_contiguous();

    private static void Update(
        Span<float> weights, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares,
        float scale, float stepSize, float correction, float keep, float decay)
    {
        const float B1 = (float)Beta1, B2 = (float)Beta2, Rest1 = (float)(1 - Beta1), Rest2 = (float)(1 - Beta2),
        Eps = (float)Epsilon;
        var i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var w = new Vector<float>(weights[i..]);
            var g = (scale * new Vector<float>(gradients[i..])) + (decay * w);
            var m = (B1 * new Vector<float>(means[i..])) + (Rest1 * g);
            var v = (B2 * new Vector<float>(squares[i..])) + (Rest2 * g * g);
            m.CopyTo(means[i..]);
            v.CopyTo(squares[i..]);
            var denominator = (Vector.SquareRoot(v) / correction) + new Vector<float>(Eps);
            ((keep * w) - (stepSize * m / denominator)).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            var g = (scale * gradients[i]) + (decay * weights[i]);
            var m = means[i] = (B1 * means[i]) + (Rest1 * g);
            var v = squares[i] = (B2 * squares[i]) + (Rest2 * g * g);
            weights[i] = (keep * weights[i]) - (stepSize * m / ((MathF.Sqrt(v) / correction) + Eps));
        }
    }
}
