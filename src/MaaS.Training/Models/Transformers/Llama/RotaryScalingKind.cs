namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Ways to stretch rotary positions.</summary>
public enum RotaryScalingKind
{
    /// <summary>All positions count as a fraction of themselves (Chen et al. 2023: position interpolation).</summary>
    Linear,

    /// <summary>Long wavelengths are stretched, short ones are not, and those between are so in part (Llama
    /// 3.1).</summary>
    Llama3,
}
