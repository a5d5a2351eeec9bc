using System.Numerics.Tensors;

namespace MaaS.Onnx.Inference;

/// <summary>Probabilities of logits: e^xᵢ / Σ e^xⱼ.</summary>
public static class Softmax
{
    /// <summary>Computes probabilities of one sample.</summary>
    /// <param name="logits">(C), at least one.</param>
    /// <param name="probabilities">(C), written; may be the logits' own memory.</param>
    /// <remarks>The largest logit is taken off first: e^89 is more than a float holds.</remarks>
    public static void Compute(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), probabilities);
        TensorPrimitives.SoftMax(probabilities[..logits.Length], probabilities);
    }
}
