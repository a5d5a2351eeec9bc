using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Images to vectors: patches by a convolution, a class token, learned positions, encoder; the class token's
/// output.</summary>
/// <remarks>Dosovitskiy et al. 2021: An image is worth 16×16 words, section 3.1, equations 1 to 4.</remarks>
public sealed class ImageEncoder : Module<Tensor, Tensor>
{
    private readonly Conv2d patches;
    private readonly Parameter token;
    private readonly LearnedPositions positions;
    private readonly Dropout dropout;
    private readonly TransformerEncoder encoder;
    private readonly ImageEncoderOptions _options;

    /// <summary>Fresh weights.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public ImageEncoder(ImageEncoderOptions options)
        : base(nameof(ImageEncoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        var width = options.Encoder.Width;
        patches = Xavier.Initialize(Conv2d(options.Channels, width, options.Patch, options.Patch));
        token = Parameter(zeros(1, 1, width));
        positions = new LearnedPositions(width, options.Positions);
        dropout = Dropout(options.Encoder.Dropout);
        encoder = new TransformerEncoder(options.Encoder);
        RegisterComponents();
    }

    /// <summary>One vector for each image.</summary>
    /// <param name="input">(B, channels, H, W), float.</param>
    /// <returns>(B, C).</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != 4 || input.shape[2] != _options.Height || input.shape[3] != _options.Width)
        {
            throw new ArgumentException(
                $"{nameof(ImageEncoder)}: expected images (B,{_options.Channels},{_options.Height},{_options.Width}), "
                    + $"got ({string.Join(",", input.shape)}).",
                nameof(input));
        }

        var x = patches.call(input).flatten(2).transpose(1, 2);                // (B, N, C)
        x = cat([token.expand(x.shape[0], -1, -1), x], 1);                     // (B, 1 + N, C)
        x = encoder.call(dropout.call(positions.call(x, 0)), null, null);
        return x.select(1, 0);                                                 // (B, C)
    }
}
