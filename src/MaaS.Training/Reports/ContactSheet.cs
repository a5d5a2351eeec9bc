using System.Net;
using System.Text;
using MaaS.Primitives.Display;
using MaaS.Training.Data;

namespace MaaS.Training.Reports;

/// <summary>The first images of a data set side by side, each above the name of its class.</summary>
internal static class ContactSheet
{
    private const int Images = 10, Width = 64;

    public static string Render(ImageDataset data)
    {
        var (channels, height, width) = ((int)data.InputShape[0], (int)data.InputShape[1], (int)data.InputShape[2]);
        if (channels is not (1 or 3))
        {
            throw new NotSupportedException($"ImageDataset.ToHtml: expected 1 channel (grey) or 3 (red, green, blue), got {channels}.");
        }

        var labels = data.LabelValues();
        var html = new StringBuilder("<div>");
        for (var i = 0; i < Math.Min(Images, data.Count); i++)
        {
            var name = data.Classes[(int)labels[i]];
            html.Append("<div style=\"display:inline-block;margin:4px;text-align:center\">");
            html.Append(HtmlImage.Render("image/png", Png.Encode(data.Pixels(i), channels, height, width), Width, name, "image-rendering:pixelated"));
            html.Append($"<br/>{WebUtility.HtmlEncode(name)}</div>");
        }

        return html.Append("</div>").ToString();
    }
}
