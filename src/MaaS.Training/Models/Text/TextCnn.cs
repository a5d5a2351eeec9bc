using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Text;

/// <summary>A convolutional text classifier: embedding, filters of several widths, the largest value of each over the
/// text, dense layer.</summary>
/// <remarks>
/// Kim 2014: Convolutional Neural Networks for Sentence Classification. A window starts at every token and sees zeros
/// past the text's end, so texts shorter than a filter work and padding has no influence: results of a padded batch are
/// those of each text alone. A text without tokens gets the bias as its logits.
/// </remarks>
public sealed class TextCnn : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding embedding;
    private readonly ModuleList<Conv1d> convolutions;
    private readonly Dropout dropout;
    private readonly Linear classifier;

    /// <summary>Torch's own initialisation, Xavier-uniform logits; random numbers come from torch's default
    /// generator.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TextCnn(TextCnnOptions options)
        : base(nameof(TextCnn))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        embedding = Embedding(options.Vocabulary, options.Embedding);
        convolutions = ModuleList<Conv1d>(
            [.. options.Widths.Select(width => Conv1d(options.Embedding, options.Filters, width))]);
        dropout = Dropout(options.Dropout);
        classifier = Xavier.Initialize(Linear(options.Widths.Count * options.Filters, options.Classes));
        RegisterComponents();
    }

    /// <summary>The sizes that it was made with.</summary>
    public TextCnnOptions Options { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="inputIds">(B, T), int64: token ids, padded with any valid id.</param>
    /// <param name="attentionMask">(B, T), int64: 1 at tokens and 0 at padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
    {
        var embedded = embedding.call(inputIds);                                     // (B, T, E)
        var tokens = attentionMask.unsqueeze(1).to(embedded.dtype);                  // (B, 1, T)
        var x = embedded.transpose(1, 2) * tokens;                                   // (B, E, T)
        var features = convolutions.Zip(Options.Widths, (convolution, width) =>
        {
            var windows = convolution.call(functional.pad(x, (0, width - 1)));       // (B, F, T)
            return (functional.relu(windows) * tokens).amax([2]);                    // (B, F); no window is below 0
        });
        return classifier.call(dropout.call(cat([.. features], 1)));                 // (B, classes)
    }
}
