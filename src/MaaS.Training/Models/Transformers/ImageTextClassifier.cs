using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Answers about an image and a text together, such as a question about a picture.</summary>
/// <remarks>Early fusion follows Kim et al. 2021: ViLT, section 3; late fusion joins two encoders' vectors and their
/// product.</remarks>
public sealed class ImageTextClassifier : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly ImageEncoder image;
    private readonly TokenEmbedding? embedding;
    private readonly Parameter? kind;
    private readonly TransformerTextEncoder? text;
    private readonly Linear? imageProjection;
    private readonly Linear? textProjection;
    private readonly Linear? hidden;
    private readonly Linear classifier;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public ImageTextClassifier(ImageTextClassifierOptions options)
        : base(nameof(ImageTextClassifier))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        var width = options.Image.Encoder.Width;
        image = new ImageEncoder(options.Image);
        if (options.Fusion == Fusion.Early)
        {
            embedding = new TokenEmbedding(options.Vocabulary, options.Text);
            kind = Parameter(zeros(1, 1, width));   // Tells tokens from patches.
        }
        else
        {
            text = new TransformerTextEncoder(options.Vocabulary, options.Text);
            imageProjection = Xavier.Initialize(Linear(width, width));
            textProjection = Xavier.Initialize(Linear(options.Text.Width, width));
            hidden = Xavier.Initialize(Linear(3 * width, width));
        }

        classifier = Xavier.Initialize(Linear(width, options.Classes));
        RegisterComponents();
    }

    /// <summary>What it was made with.</summary>
    public ImageTextClassifierOptions Options { get; }

    /// <summary>Logits.</summary>
    /// <param name="images">(B, channels, H, W), float.</param>
    /// <param name="inputIds">(B, T), int64: each image's text.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor images, Tensor inputIds, Tensor attentionMask)
        => classifier.call(embedding is null
            ? Late(images, inputIds, attentionMask)
            : image.Join(images, embedding.call(inputIds, 0) + kind!, attentionMask));

    private Tensor Late(Tensor images, Tensor inputIds, Tensor attentionMask)
    {
        var seen = imageProjection!.call(image.call(images));                             // (B, C)
        var read = textProjection!.call(text!.call(inputIds, attentionMask));             // (B, C)
        return functional.gelu(hidden!.call(cat([seen, read, seen * read], -1)));         // (B, C)
    }
}
