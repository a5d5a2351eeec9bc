using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>Angles position · base^(−i / count) as sines and cosines.</summary>
internal static class Wavelengths
{
    /// <summary>(positions, count) float32 twice; computed in double precision, as angles grow large.</summary>
    public static (Tensor Sines, Tensor Cosines) Table(long positions, long count, double wavelengthBase)
    {
        using var scope = NewDisposeScope();
        var rates = pow(wavelengthBase, arange(count, dtype: ScalarType.Float64) / -count);             // (count)
        // (positions, count)
        var angles = arange(positions, dtype: ScalarType.Float64).unsqueeze(1) * rates;
        return scope.MoveToOuter(angles.sin().to(ScalarType.Float32), angles.cos().to(ScalarType.Float32));
    }
}
