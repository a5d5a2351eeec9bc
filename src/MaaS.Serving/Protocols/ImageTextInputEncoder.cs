using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols;

/// <summary>Takes an image and a text in one request, for packages with preprocessing of both.</summary>
/// <param name="model">Has an input of images beside <c>input_ids</c> and <c>attention_mask</c>.</param>
/// <param name="preprocessing">Of images.</param>
/// <param name="texts">Encodes the texts.</param>
internal sealed class ImageTextInputEncoder(
    ServedModel model, ImagePreprocessing preprocessing, TextInputEncoder texts) : IInputEncoder
{
    /// <summary>Name of the input with the pixels, 0 to 255, (N, C, H, W).</summary>
    public const string Image = "image";

    public IReadOnlyList<TensorSpec> Inputs { get; } =
    [
        PixelsOf(model) with { Name = Image },
        .. texts.Inputs,
    ];

    public IReadOnlyList<TensorValue> Encode(IReadOnlyList<TensorValue> inputs)
    {
        if (inputs[0].Shape[0] != inputs[1].Shape[0])
        {
            throw new ModelInputException(
                $"{model.Name}: expected a text for each image, got {inputs[0].Shape[0]} images and "
                    + $"{inputs[1].Shape[0]} texts.");
        }

        var pixels = inputs[0].AsSpan<float>().ToArray();
        var shape = ImagePixels.Prepare(pixels, inputs[0].Shape.ToArray(), PixelsOf(model), preprocessing);
        var (ids, mask) = texts.Tokens(inputs[1]);
        return [.. model.Inputs.Select(input => input.Name switch
        {
            TextEncoder.InputIds => ids,
            TextEncoder.AttentionMask => mask,
            _ => TensorValue.Of(pixels, shape),
        })];
    }

    private static TensorSpec PixelsOf(ServedModel model)
        => model.Inputs.Single(static i => i is { Type: ElementType.Float32, Shape: [_, _, _, _] });
}
