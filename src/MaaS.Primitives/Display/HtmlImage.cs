using System.Net;
using System.Text;

namespace MaaS.Primitives.Display;

/// <summary>Pictures as fragments of HTML that carry them along.</summary>
/// <remarks>As <c>img</c> elements, which notebook viewers show that take <c>svg</c> elements out of what they do not
/// trust.</remarks>
public static class HtmlImage
{
    /// <summary>An <c>img</c> element, no wider than its place.</summary>
    /// <param name="mimeType">As <c>image/png</c>.</param>
    /// <param name="file">The picture's bytes.</param>
    /// <param name="width">In CSS pixels.</param>
    /// <param name="description">What it shows, for those who do not see it.</param>
    /// <param name="style">Further CSS declarations.</param>
    public static string Render(
        string mimeType, ReadOnlySpan<byte> file, int width, string description, string style = "") =>
        $"<img src=\"data:{mimeType};base64,{Convert.ToBase64String(file)}\" "
            + $"alt=\"{WebUtility.HtmlEncode(description)}\" "
        + $"style=\"width:{width}px;max-width:100%;{style}\"/>";

    /// <summary>Likewise of an SVG document, on white.</summary>
    /// <param name="svg">One <c>svg</c> element with its namespace.</param>
    /// <param name="width">In CSS pixels.</param>
    /// <param name="description">What it shows.</param>
    public static string RenderSvg(string svg, int width, string description)
        => Render("image/svg+xml", Encoding.UTF8.GetBytes(svg), width, description, "background:#fff");
}
