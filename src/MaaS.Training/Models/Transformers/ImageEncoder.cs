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
    public override Tensor forward(Tensor input) => encoder.call(Embed(input), null, null).select(1, 0);   // (B, C)

    /// <summary>One vector for each image and what goes with it: the encoder sees both at once.</summary>
    /// <param name="input">(B, channels, H, W), float.</param>
    /// <param name="others">(B, T, C): vectors that know their positions.</param>
    /// <param name="othersMask">(B, T), int64: 1 for vectors that count, 0 for padding.</param>
    /// <returns>(B, C).</returns>
    internal Tensor Join(Tensor input, Tensor others, Tensor othersMask)
    {
        var x = Embed(input);                                                  // (B, 1 + N, C)
        var mask = cat([ones_like(x.select(2, 0)).to(othersMask.dtype), othersMask], 1);
        x = cat([x, others], 1);                                               // (B, 1 + N + T, C)
        return encoder.call(x, AttentionMask.Padding(mask, x.dtype), null).select(1, 0);
    }

    private Tensor Embed(Tensor input)
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
        return dropout.call(positions.call(x, 0));
    }
}
