using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Angles position · base^(−2i / R), stretched where the options say so.</summary>
/// <remarks>
/// Su et al. 2021: RoFormer, section 3.2.2. Computed by torch's operators at each call: a table for every position of a
/// long context is larger than small models, and an exported graph has the rates as one constant.
/// </remarks>
internal sealed class RotaryAngles(LlamaOptions options)
{
    /// <summary>The rotation of positions.</summary>
    /// <param name="positions">(B or 1, T), int64.</param>
    /// <param name="like">Gives the type.</param>
    public Rotation At(Tensor positions, Tensor like)
    {
        // (B, T, R/2); in float32, as half precision knows no odd positions beyond 2,048.
        var angles = positions.to(ScalarType.Float32).unsqueeze(-1) * Rates(positions.device);
        var (cosine, sine) = (angles.cos(), angles.sin());
        return new Rotation(
            cat([cosine, cosine], -1).unsqueeze(2).to(like.dtype), cat([-sine, sine], -1).unsqueeze(2).to(like.dtype));
    }

    // Radians per position: (R/2).
    private Tensor Rates(Device device)
    {
        var count = options.RotaryFeatures / 2;
        var rates = (arange(count, ScalarType.Float64, device) * (-Math.Log(options.RotaryBase) / count)).exp();
        return (options.RotaryScaling?.Apply(rates) ?? rates).to(ScalarType.Float32);
    }
}
