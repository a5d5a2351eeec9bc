using System.Globalization;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.TorchServe;

/// <summary>A binary PGM (P5, grey) or PPM (P6, colour) image of 8 bits a channel.</summary>
/// <remarks>Format: the netpbm project's pgm(5) and ppm(5).</remarks>
internal readonly ref struct NetpbmImage
{
    private readonly ReadOnlySpan<byte> _pixels; // (H, W, C)
    private readonly int _channels;
    private readonly float _scale;

    private NetpbmImage(ReadOnlySpan<byte> pixels, int width, int height, int channels, float scale)
    {
        _pixels = pixels;
        _channels = channels;
        _scale = scale;
        Shape = [1, channels, height, width];
    }

    /// <summary>(1, C, H, W).</summary>
    public long[] Shape { get; }

    /// <summary>Whether bytes begin as such an image does.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes)
        => bytes is [(byte)'P', (byte)'5' or (byte)'6', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t', ..];

    /// <summary>Reads an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="input">What the model expects, for errors.</param>
    /// <exception cref="RequestException">400: the file is broken, or is followed by something.</exception>
    public static NetpbmImage Read(ReadOnlySpan<byte> bytes, TensorSpec input)
    {
        var channels = bytes[1] == (byte)'5' ? 1 : 3;
        var at = 2;
        var width = Number(bytes, ref at);
        var height = Number(bytes, ref at);
        var max = Number(bytes, ref at);
        var pixels = at < bytes.Length ? bytes[(at + 1)..] : default;
        return max is > 0 and < 256 && width > 0 && height > 0 && (long)width * height * channels == pixels.Length
            ? new NetpbmImage(pixels, width, height, channels, 255f / max)
            : throw RequestException.BadRequest(
                $"input '{input.Name}': expected a whole image of 8 bits a channel, got {width} by {height} with "
                    + $"values to {max} in {pixels.Length} bytes");
    }

    /// <summary>The pixels from 0 to 255, channel by channel.</summary>
    public float[] Pixels()
    {
        var planes = new float[_pixels.Length];
        var plane = _pixels.Length / _channels;
        for (var i = 0; i < planes.Length; i++)
        {
            planes[i] = _pixels[(i % plane * _channels) + (i / plane)] * _scale;
        }

        return planes;
    }

    /// <summary>The next number of the header; white space and comments come before it.</summary>
    private static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && (char.IsWhiteSpace((char)bytes[at]) || bytes[at] == (byte)'#'))
        {
            at += bytes[at] == (byte)'#' ? Math.Max(1, bytes[at..].IndexOf((byte)'\n')) : 1;
        }

        var start = at;
        while (at < bytes.Length && char.IsAsciiDigit((char)bytes[at]))
        {
            at++;
        }

        return int.TryParse(bytes[start..at], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : 0;
    }
}
