using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Scaled dot-product attention and the heads that it works on.</summary>
/// <remarks>Vaswani et al. 2017: Attention is all you need, sections 3.2.1 and 3.2.2.</remarks>
public static class Attention
{
    /// <summary>(B, T, H·D) to (B, H, T, D). The number of heads is left open, so that heads can be pruned.</summary>
    public static Tensor Split(Tensor features, long headDim)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.view(features.shape[0], features.shape[1], -1, headDim).transpose(1, 2);
    }

    /// <summary>(B, H, T, D) to (B, T, H·D).</summary>
    public static Tensor Merge(Tensor heads)
    {
        ArgumentNullException.ThrowIfNull(heads);
        return heads.transpose(1, 2).reshape(heads.shape[0], heads.shape[2], -1);
    }

    /// <summary>softmax(Q Kᵀ / √D + bias) V, equation 1; zeros for queries that see no key.</summary>
    /// <param name="query">(B, H, T, D).</param>
    /// <param name="key">(B, H, S, D).</param>
    /// <param name="value">(B, H, S, D).</param>
    /// <param name="mask">What is hidden; null for nothing.</param>
    /// <param name="dropout">Share of the weights that are dropped; 0 outside training.</param>
    /// <returns>(B, H, T, D).</returns>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask? mask = null, double dropout = 0)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (mask is not null && mask.Bias.shape[^1] != key.shape[2])
        {
            throw new ArgumentException(
                $"attention: expected a mask of {key.shape[2]} keys, got ({string.Join(",", mask.Bias.shape)}).",
                nameof(mask));
        }

        var mixed = functional.scaled_dot_product_attention(query, key, value, mask?.Bias, dropout);
        return mask?.Seeing is { } seeing ? mixed * seeing : mixed;
    }
}
