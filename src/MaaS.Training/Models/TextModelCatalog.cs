using System.Collections.Frozen;
using MaaS.Training.Models.Recurrent;
using MaaS.Training.Models.Text;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>MaaS's own text classifiers by name; each takes token ids and a mask, (B, T) int64, and returns logits (B,
/// classes).</summary>
public static class TextModelCatalog
{
    private static readonly FrozenDictionary<string, TextModelEntry> Entries = new TextModelEntry[]
    {
        new("transformer", "Transformer encoder, mean over the tokens", Transformer),
        new(
            "lstm", "bidirectional LSTM",
            (sizes, vocabulary, classes, _) => Recurrent(RecurrentKind.Lstm, sizes, vocabulary, classes)),
        new(
            "gru", "bidirectional GRU",
            (sizes, vocabulary, classes, _) => Recurrent(RecurrentKind.Gru, sizes, vocabulary, classes)),
        new("textcnn", "convolutions over 3, 4 and 5 tokens, maximum over the text", Convolutional),
    }.ToFrozenDictionary(static e => e.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All models, by name.</summary>
    public static IReadOnlyList<TextModelEntry> All { get; } = [
        .. Entries.Values.OrderBy(static e => e.Name, StringComparer.Ordinal)];

    /// <summary>Creates a model with fresh weights.</summary>
    /// <param name="name">A name of <see cref="All"/>, upper or lower case.</param>
    /// <param name="sizes">Width, layers and so on.</param>
    /// <param name="vocabulary">Number of tokens, at least 1.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="maxLength">Longest text in tokens, at least 1.</param>
    /// <param name="seed">Seed of torch's default generator, from which the weights are drawn; null to draw on.</param>
    /// <exception cref="ArgumentException">The name is unknown or a size does not fit.</exception>
    public static nn.Module<Tensor, Tensor, Tensor> Create(
        string name, TextModelSizes sizes, long vocabulary, long classes, int maxLength, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(sizes);
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new ArgumentException(
                $"Model: expected one of {string.Join(", ", All.Select(static e => e.Name))}, got '{name}'.",
                nameof(name));
        }

        if (seed is { } value)
        {
            manual_seed(value);
        }

        return entry.Create(sizes, vocabulary, classes, maxLength);
    }

    private static TransformerClassifier Transformer(
        TextModelSizes sizes, long vocabulary, long classes, int maxLength) => new(new()
        {
            Vocabulary = vocabulary,
            Classes = classes,
            Encoder = new TransformerOptions
            {
                Width = sizes.Width,
                Layers = sizes.Layers,
                Heads = sizes.Heads,
                FeedForward = sizes.FeedForward,
                Dropout = sizes.Dropout,
                Positions = sizes.Positions,
                MaxLength = maxLength,
            },
        });

    private static RecurrentClassifier Recurrent(
        RecurrentKind kind, TextModelSizes sizes, long vocabulary, long classes) => new(new()
        {
            Vocabulary = vocabulary,
            Classes = classes,
            Kind = kind,
            Embedding = sizes.Width,
            Hidden = sizes.Width,
            Layers = sizes.Layers,
            Dropout = sizes.Dropout,
            Pooling = SequencePooling.Mean,
        });

    private static TextCnn Convolutional(TextModelSizes sizes, long vocabulary, long classes, int maxLength)
        => new(new()
        {
            Vocabulary = vocabulary,
            Classes = classes,
            Embedding = sizes.Width,
            Dropout = sizes.Dropout,
        });
}
