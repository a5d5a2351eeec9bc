namespace MaaS.Training.Fitting;

/// <summary>The number type of forward and backward passes; weights and their updates are always float32.</summary>
public enum TrainingPrecision
{
    /// <summary>IEEE single precision.</summary>
    Fp32,

    /// <summary>bfloat16 copies of weights and inputs; float32 master weights, loss and optimizer state.</summary>
    Bf16,

    /// <summary>Likewise in float16, with losses scaled so that small gradients do not vanish; on CUDA
    /// alone.</summary>
    Fp16,
}
