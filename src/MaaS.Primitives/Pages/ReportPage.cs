using System.Globalization;
using System.Net;
using System.Text;

namespace MaaS.Primitives.Pages;

/// <summary>Writes one HTML page without scripts, all of it in one file.</summary>
internal sealed class ReportPage
{
    private readonly StringBuilder _html = new();

    /// <summary>Begins a page.</summary>
    /// <param name="title">Its title and first line.</param>
    public ReportPage(string title)
    {
        _html.AppendLine("<!DOCTYPE html>");
        _html.AppendLine(
            "<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
                + "initial-scale=1\">");
        _html.AppendLine($"<title>{Encode(title)}</title><style>{ReportStyle.Sheet}</style></head><body>");
        _html.AppendLine($"<h1>{Encode(title)}</h1>");
    }

    /// <summary>Encodes a text.</summary>
    public static string Encode(string value) => WebUtility.HtmlEncode(value);

    /// <summary>Four decimals.</summary>
    public static string Ratio(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>Opens a section.</summary>
    public ReportPage Heading(string text) => Html($"<h2>{Encode(text)}</h2>");

    /// <summary>A paragraph.</summary>
    /// <param name="html">Its content, encoded.</param>
    public ReportPage Paragraph(string html) => Html($"<p>{html}</p>");

    /// <summary>A paragraph beside the matter.</summary>
    public ReportPage Note(string text) => Html($"<p class=\"note\">{Encode(text)}</p>");

    /// <summary>Pictures side by side, on a phone one below the other; nothing without pictures.</summary>
    /// <param name="figures">What stands above each, and its SVG or table.</param>
    public ReportPage Charts(params IReadOnlyList<ReportFigure> figures)
    {
        if (figures.Count == 0)
        {
            return this;
        }

        Html("<div class=\"charts\">");
        foreach (var (title, content, detail, broad) in figures)
        {
            var small = detail is null ? "" : $" <small>{Encode(detail)}</small>";
            var kind = broad ? " class=\"broad\"" : "";
            Html($"<figure{kind}><figcaption>{Encode(title)}{small}</figcaption>{content}</figure>");
        }

        return Html("</div>");
    }

    /// <summary>Names and values.</summary>
    public ReportPage Facts(IEnumerable<(string Name, string Value)> facts)
    {
        Html("<dl>");
        foreach (var (name, value) in facts)
        {
            Html($"<dt>{Encode(name)}</dt><dd>{Encode(value)}</dd>");
        }

        return Html("</dl>");
    }

    /// <summary>Anything.</summary>
    /// <param name="html">Encoded.</param>
    public ReportPage Html(string html)
    {
        _html.AppendLine(html);
        return this;
    }

    /// <summary>The whole page.</summary>
    public string End() => _html + "</body></html>\n";
}

/// <summary>A picture of a page.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Content">SVG or HTML.</param>
/// <param name="Detail">What is said beside the title; null for nothing.</param>
/// <param name="Broad">Whether it needs the whole width.</param>
internal sealed record ReportFigure(string Title, string Content, string? Detail = null, bool Broad = false);
