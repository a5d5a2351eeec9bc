using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Classifies images: an <see cref="ImageEncoder"/> and a dense layer.</summary>
/// <remarks>Dosovitskiy et al. 2021, section 3.1; the head is one layer, as they have it for fine-tuning.</remarks>
public sealed class VisionTransformer : Module<Tensor, Tensor>
{
    private readonly ImageEncoder image;
    private readonly Linear head;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <param name="options">Sizes of images, patches and encoder.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public VisionTransformer(ImageEncoderOptions options, long classes = 10)
        : base(nameof(VisionTransformer))
    {
        ArgumentNullException.ThrowIfNull(options);
        ModelCheck.AtLeast(classes, 2, nameof(classes));
        image = new ImageEncoder(options);
        head = Xavier.Initialize(Linear(options.Encoder.Width, classes));
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, channels, H, W), float.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input) => head.call(image.call(input));
}
