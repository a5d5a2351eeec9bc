using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>What a precision means in torch.</summary>
internal static class Precisions
{
    /// <summary>The type of weights and inputs in forward and backward passes; null for float32.</summary>
    public static ScalarType? Rounded(this TrainingPrecision precision) => precision switch
    {
        TrainingPrecision.Bf16 => ScalarType.BFloat16,
        TrainingPrecision.Fp16 => ScalarType.Float16,
        _ => null,
    };

    /// <summary>Its name for people.</summary>
    public static string Name(this TrainingPrecision precision) => precision switch
    {
        TrainingPrecision.Bf16 => "bfloat16",
        TrainingPrecision.Fp16 => "float16",
        _ => "float32",
    };

    /// <summary>Refuses float16 where there is no CUDA: its range needs the scaling of losses, which pays there
    /// alone.</summary>
    /// <exception cref="ArgumentException">The device is another.</exception>
    public static void Require(this TrainingPrecision precision, Device device)
    {
        if (precision == TrainingPrecision.Fp16 && device.type != DeviceType.CUDA)
        {
            throw new ArgumentException(
                $"Precision: expected Fp32 or Bf16 on {device}, got Fp16, which is for CUDA alone.");
        }
    }
}
