using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Classifies token sequences: a <see cref="TransformerTextEncoder"/> and a dense layer.</summary>
/// <remarks>The logits of a row that is all padding are the head's bias.</remarks>
public sealed class TransformerClassifier : Module<Tensor, Tensor, Tensor>
{
    private readonly TransformerTextEncoder text;
    private readonly Dropout dropout;
    private readonly Linear head;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public TransformerClassifier(TransformerClassifierOptions options)
        : base(nameof(TransformerClassifier))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        text = new TransformerTextEncoder(options.Vocabulary, options.Encoder, options.Pooling);
        dropout = Dropout(options.Encoder.Dropout);
        head = Xavier.Initialize(Linear(options.Encoder.Width, options.Classes));
        RegisterComponents();
    }

    /// <summary>What it was made with.</summary>
    public TransformerClassifierOptions Options { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="inputIds">(B, T), int64, each below the vocabulary's size.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
        => head.call(dropout.call(text.call(inputIds, attentionMask)));
}
