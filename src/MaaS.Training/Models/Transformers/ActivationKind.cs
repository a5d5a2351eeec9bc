namespace MaaS.Training.Models.Transformers;

/// <summary>The activation between the two dense layers of a Transformer layer.</summary>
public enum ActivationKind
{
    /// <summary>x · Φ(x), with the error function.</summary>
    Gelu,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>The approximation of <see cref="Gelu"/> with tanh, as GPT-2 has it.</summary>
    GeluTanh,
}
