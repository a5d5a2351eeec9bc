using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.TorchServe;

namespace MaaS.Serving.Protocols.Images;

/// <summary>Image files of requests as inputs of models whose packages say how pixels are normalised.</summary>
internal sealed class ImageFiles(IEnumerable<IImageDecoder> decoders)
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G'];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF];

    private readonly IImageDecoder[] _decoders = [.. decoders];

    /// <summary>
    /// Completes a model's first input with an image; false where the bytes are none, or the model takes none.
    /// </summary>
    /// <exception cref="RequestException">
    /// 400: the file is broken, larger than the limits, or nothing decodes its kind.
    /// </exception>
    public bool TryRead(ReadOnlyMemory<byte> file, ServedModel model, RequestTensors tensors)
    {
        if (model.Manifest?.Preprocessing is not { } preprocessing
            || model.Inputs is not [{ Shape: [_, _, var height, var width] } input, ..])
        {
            return false;
        }

        float[] pixels;
        long[] shape;
        if (NetpbmImage.Is(file.Span))
        {
            var image = NetpbmImage.Read(file.Span, input);
            (pixels, shape) = (image.Pixels(), image.Shape);
        }
        else if (Array.Find(_decoders, d => d.Recognizes(file.Span)) is { } decoder)
        {
            var channels = preprocessing.Mean.Count;
            var image = Decode(decoder, file.Span, channels, height, width, preprocessing.Geometry);
            (pixels, shape) = (image.Pixels, [1, channels, image.Height, image.Width]);
        }
        else if (file.Span.StartsWith(Png) || file.Span.StartsWith(Jpeg))
        {
            throw RequestException.BadRequest(
                "expected an image that this server decodes, PGM or PPM, got PNG or JPEG; the package "
                    + "MaaS.Serving.Images and AddMaaSImages bring those");
        }
        else
        {
            return false;
        }

        tensors.Complete(0, TensorValue.Of(pixels, ImagePixels.Prepare(pixels, shape, input, preprocessing)));
        return true;
    }

    private static DecodedImage Decode(
        IImageDecoder decoder, ReadOnlySpan<byte> file, int channels, long height, long width,
        ImageGeometry? geometry)
    {
        try
        {
            return decoder.Decode(
                file, channels, height > 0 ? (int)height : null, width > 0 ? (int)width : null, geometry);
        }
        catch (InvalidDataException e)
        {
            throw new RequestException(e.Message, e);
        }
    }
}
