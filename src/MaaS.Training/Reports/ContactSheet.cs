using System.Net;
using System.Text;
using MaaS.Primitives.Display;

namespace MaaS.Training.Reports;

/// <summary>Images side by side, each above its caption.</summary>
internal static class ContactSheet
{
    private const int Width = 64;

    /// <summary>The images as HTML.</summary>
    /// <param name="images">Bytes (C, H, W), row-major, and the caption.</param>
    /// <param name="shape">(C, H, W) of each image.</param>
    /// <exception cref="NotSupportedException">The images have neither 1 nor 3 channels.</exception>
    public static string Render(IEnumerable<(byte[] Pixels, string Caption)> images, IReadOnlyList<long> shape)
    {
        var (channels, height, width) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        if (channels is not (1 or 3))
        {
            throw new NotSupportedException(
                $"ImageDataset.ToHtml: expected 1 channel (grey) or 3 (red, green, blue), got {channels}.");
        }

        var html = new StringBuilder("<div>");
        foreach (var (pixels, caption) in images)
        {
            html.Append("<div style=\"display:inline-block;margin:4px;text-align:center\">");
            html.Append(HtmlImage.Render(
                "image/png", Png.Encode(pixels, channels, height, width), Width, caption, "image-rendering:pixelated"));
            html.Append($"<br/>{WebUtility.HtmlEncode(caption)}</div>");
        }

        return html.Append("</div>").ToString();
    }
}
