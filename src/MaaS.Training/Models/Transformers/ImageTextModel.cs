using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Two towers that put images and texts into one space, where pairs lie close: the fusing of two
/// modalities.</summary>
/// <remarks>Radford et al. 2021: Learning transferable visual models from natural language supervision, section 2.3,
/// figure 3.</remarks>
public sealed class ImageTextModel : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly ImageEncoder image;
    private readonly TransformerTextEncoder text;
    private readonly Linear imageProjection;
    private readonly Linear textProjection;
    private readonly LearnedScale scale;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public ImageTextModel(ImageTextOptions options)
        : base(nameof(ImageTextModel))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        image = new ImageEncoder(options.Image);
        text = new TransformerTextEncoder(options.Vocabulary, options.Text);
        imageProjection = Xavier.Initialize(Linear(options.Image.Encoder.Width, options.Shared, hasBias: false));
        textProjection = Xavier.Initialize(Linear(options.Text.Width, options.Shared, hasBias: false));
        scale = new LearnedScale();
        RegisterComponents();
    }

    /// <summary>What cosines are multiplied by, (1); it is learned.</summary>
    public Tensor Scale => scale.Value;

    /// <summary>Images in the shared space.</summary>
    /// <param name="images">(B, channels, H, W), float.</param>
    /// <returns>(B, shared), of length 1.</returns>
    public Tensor EmbedImages(Tensor images) => Unit(imageProjection.call(image.call(images)));

    /// <summary>Texts in the shared space.</summary>
    /// <param name="inputIds">(N, T), int64.</param>
    /// <param name="attentionMask">(N, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(N, shared), of length 1.</returns>
    public Tensor EmbedTexts(Tensor inputIds, Tensor attentionMask)
        => Unit(textProjection.call(text.call(inputIds, attentionMask)));

    /// <summary>How well each image fits each text.</summary>
    /// <param name="images">(B, channels, H, W), float.</param>
    /// <param name="inputIds">(N, T), int64.</param>
    /// <param name="attentionMask">(N, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, N): scaled cosines; their softmax along the texts classifies images.</returns>
    public override Tensor forward(Tensor images, Tensor inputIds, Tensor attentionMask)
        => scale.call(EmbedImages(images).mm(EmbedTexts(inputIds, attentionMask).transpose(0, 1)));

    /// <summary>The loss of a batch of pairs: each image shall find its text and each text its image.</summary>
    /// <param name="logits">(B, B); pairs on the diagonal.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Loss(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        var pairs = arange(logits.shape[0], device: logits.device);
        return (functional.cross_entropy(logits, pairs) + functional.cross_entropy(logits.transpose(0, 1), pairs)) / 2;
    }

    private static Tensor Unit(Tensor vectors) => functional.normalize(vectors, dim: -1);
}
