using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>A decoder-only language model: what training, generation, export and packages need of one.</summary>
/// <remarks>Its <c>call</c> takes ids (B, T), int64, and gives logits (B, T, vocabulary): row t is what the tokens up
/// to t say of token t + 1.</remarks>
public abstract class CausalLanguageModel : Module<Tensor, Tensor>
{
    /// <summary>A model without parameters yet.</summary>
    /// <param name="name">The class's name.</param>
    protected CausalLanguageModel(string name)
        : base(name)
    {
    }

    /// <summary>Number of tokens.</summary>
    public abstract long Vocabulary { get; }

    /// <summary>Longest sequence in tokens, the prompt included.</summary>
    public abstract long MaxLength { get; }

    /// <summary>Number of layers, each with a cache.</summary>
    public abstract int Layers { get; }

    /// <summary>Logits after the last token, computing only what the caches do not hold.</summary>
    /// <param name="inputIds">(B, T), int64: what follows the tokens in the caches.</param>
    /// <param name="caches">One for each layer; the new tokens' keys and values are added.</param>
    /// <returns>(B, vocabulary).</returns>
    /// <exception cref="ArgumentException">The sequence is longer than the model's longest, or the caches are not one a
    /// layer.</exception>
#pragma warning disable CA1716 // A keyword of Visual Basic alone, and the field's word.
    public abstract Tensor Step(Tensor inputIds, IReadOnlyList<KeyValueCache> caches);
#pragma warning restore CA1716

    /// <summary>Logits after every new token of rows of unequal length, which stand in one batch with padding on their
    /// left.</summary>
    /// <param name="inputIds">(B, T), int64: what follows the P tokens in the caches.</param>
    /// <param name="attentionMask">(B, P + T), int64: zero for padding, which has no influence on what comes
    /// after.</param>
    /// <param name="positionIds">(B, T), int64, below <see cref="MaxLength"/>: where each new token stands in its row,
    /// padding not counted; of padding itself any.</param>
    /// <param name="caches">One for each layer; the new tokens' keys and values are added.</param>
    /// <returns>(B, T, vocabulary); those of padding are finite and mean nothing.</returns>
    /// <exception cref="ArgumentException">The caches are not one a layer, or the mask has another length.</exception>
#pragma warning disable CA1716 // As above.
    public abstract Tensor Step(
        Tensor inputIds, Tensor attentionMask, Tensor positionIds, IReadOnlyList<KeyValueCache> caches);
#pragma warning restore CA1716

    private protected void CheckCaches(IReadOnlyList<KeyValueCache> caches)
    {
        ArgumentNullException.ThrowIfNull(caches);
        if (caches.Count != Layers)
        {
            throw new ArgumentException(
                $"{GetType().Name}: expected {Layers} caches, one for each layer, got {caches.Count}.", nameof(caches));
        }
    }
}
