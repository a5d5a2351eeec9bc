using MaaS.Training.Models.Recurrent;
using MaaS.Training.Models.Text;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models;

/// <summary>The classifiers of texts in <see cref="ModelCatalog"/>.</summary>
internal static class TextModels
{
    public static IReadOnlyList<TextModelEntry> Entries { get; } =
    [
        new("transformer", "Transformer encoder, mean over the tokens", Transformer),
        new(
            "lstm", "bidirectional LSTM",
            static (sizes, vocabulary, classes, _) => Recurrent(RecurrentKind.Lstm, sizes, vocabulary, classes)),
        new(
            "gru", "bidirectional GRU",
            static (sizes, vocabulary, classes, _) => Recurrent(RecurrentKind.Gru, sizes, vocabulary, classes)),
        new("textcnn", "convolutions over 3, 4 and 5 tokens, maximum over the text", Convolutional),
    ];

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
