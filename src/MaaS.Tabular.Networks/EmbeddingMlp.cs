using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Tabular.Networks;

/// <summary>A perceptron on numbers and embedded categories: dense layers with ReLU and dropout.</summary>
/// <remarks>Gorishniy et al., Revisiting Deep Learning Models for Tabular Data, 2021, section 3.1.</remarks>
public sealed class EmbeddingMlp : Module<Tensor, Tensor>
{
    private readonly CategoryEmbedding? embedding;
    private readonly Sequential layers;
    private readonly Tensor places;

    /// <summary>Fresh weights, from torch's default generator.</summary>
    /// <param name="layout">What the features are.</param>
    /// <param name="outputs">Logits, or 1 for a number.</param>
    /// <param name="hidden">Width of each hidden layer, at least 1.</param>
    /// <param name="embeddingWidth">Width of a category's vector, at least 1.</param>
    /// <param name="dropout">Share of values that training drops, 0 to below 1.</param>
    public EmbeddingMlp(
        ColumnLayout layout, long outputs, IReadOnlyList<long> hidden, long embeddingWidth, double dropout)
        : base(nameof(EmbeddingMlp))
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(hidden);
        places = tensor(layout.Numbers.Select(static f => (long)f).ToArray());
        register_buffer(nameof(places), places);
        embedding = layout.Categories.Count > 0 ? new CategoryEmbedding(layout, embeddingWidth) : null;
        var width = layout.Numbers.Count + layout.Categories.Count * embeddingWidth;
        List<(string, Module<Tensor, Tensor>)> parts = [];
        foreach (var next in hidden)
        {
            parts.Add(($"dense{parts.Count / 3}", Linear(width, next)));
            parts.Add(($"relu{parts.Count / 3}", ReLU()));
            parts.Add(($"dropout{parts.Count / 3}", Dropout(dropout)));
            width = next;
        }

        parts.Add(("head", Linear(width, outputs)));
        layers = Sequential([.. parts]);
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, F), float32; categories as their places.</param>
    /// <returns>(B, outputs).</returns>
    public override Tensor forward(Tensor input)
    {
        if (embedding is null)
        {
            return layers.call(input);
        }

        var embedded = embedding.call(input).flatten(1);                        // (B, categories · width)
        return layers.call(
            places.shape[0] == 0 ? embedded : cat([input.index_select(1, places), embedded], 1));
    }
}
