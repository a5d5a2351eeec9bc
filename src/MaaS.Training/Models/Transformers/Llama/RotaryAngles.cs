using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Angles position · base^(−2i / R), stretched where the options say so.</summary>
/// <remarks>Su et al. 2021: RoFormer, section 3.2.2; computed where they are needed, since a table for every position
/// of a long context is larger than small models.</remarks>
internal sealed class RotaryAngles : IDisposable
{
    private readonly ConstantTable _rates;

    public RotaryAngles(LlamaOptions options)
    {
        var count = options.RotaryFeatures / 2;
        var rates = new float[count];
        for (var i = 0; i < count; i++)
        {
            var rate = Math.Pow(options.RotaryBase, -(double)i / count);
            rates[i] = (float)(options.RotaryScaling?.Apply(rate) ?? rate);
        }

        _rates = new ConstantTable(tensor(rates));
    }

    /// <summary>The rotation of positions.</summary>
    /// <param name="positions">(B or 1, T), int64.</param>
    /// <param name="like">Gives device and type.</param>
    public Rotation At(Tensor positions, Tensor like)
    {
        // (B, T, R/2); in float32, as half precision knows no odd positions beyond 2,048.
        var angles = positions.to(ScalarType.Float32).unsqueeze(-1) * _rates.Like(positions.to(ScalarType.Float32));
        var (cosine, sine) = (angles.cos(), angles.sin());
        return new Rotation(
            cat([cosine, cosine], -1).unsqueeze(2).to(like.dtype), cat([-sine, sine], -1).unsqueeze(2).to(like.dtype));
    }

    public void Dispose() => _rates.Dispose();
}
