using System.Xml.Linq;
using MaaS.Core.Metrics;
using MaaS.Onnx.Quantization;
using MaaS.Primitives.Display;

namespace MaaS.Core.Tests.Display;

public sealed class HtmlDisplayTests
{
    private static readonly ConfusionMatrix Matrix = new(["<cat> & co", "dog"], [[5, 1], [0, 12]]);

    [Test]
    public void Render_Table_EncodesCellsAndFillsShortRows()
    {
        var rows = Rows(HtmlTable.Render([["", "a < b"], ["x"]], 1));
        Assert.That(rows, Is.EqualTo(new[] { new[] { "", "a < b" }, ["x", ""] }));
    }

    [Test]
    public void ToHtml_ConfusionMatrix_HoldsActualClassesInRows()
        => Assert.That(
            Rows(Matrix.ToHtml()),
            Is.EqualTo(
                new[]
                {
                    new[] { "actual ↓ predicted →", "<cat> & co", "dog" }, ["<cat> & co", "5", "1"], ["dog", "0", "12"],
                }));

    [Test]
    public void ToHtml_ConfusionMatrix_ColoursByShareOfTheClass()
    {
        var cells = Parse(Matrix.ToHtml()).Descendants("td").Select(static c => (string)c.Attribute("style")!)
            .ToArray();
        Assert.That(cells[0], Does.Contain("rgba(0,114,178,0.39)"), "5 of 6 found");
        Assert.That(cells[1], Does.Contain("rgba(213,94,0,0.13)"), "1 of 6 missed");
    }

    [Test]
    public void ToHtml_ClassificationReport_HoldsWhatItsTextHolds()
    {
        var report = Matrix.Report(loss: 0.25);
        var table = Rows(report.ToHtml()).SkipLast(3)
            .Select(static r => string.Join(' ', r.Where(static c => c.Length > 0)));
        var text = report.ToString().Split('\n').Where(static l => l.Length > 0 && l[0] != '─').Select(Words);
        Assert.That(table, Is.EqualTo(text));
    }

    [Test]
    public void ToHtml_QuantizationReport_EndsWithTheDecision()
    {
        var report = new QuantizationReport(
            "int8", new(0.98, 2, 4096), new(0.97, 1, 1024), ["conv<1>"], Accepted: false, "too inaccurate");
        var document = Parse(report.ToHtml());
        Assert.That(
            document.Descendants("p").Select(static p => p.Value),
            Is.EqualTo(new[] { "kept float: conv<1>", "refused: too inaccurate" }));
        Assert.That(Rows(report.ToHtml())[2], Is.EqualTo(new[] { "latency, ms", "2.000", "1.000", "2.00×" }));
    }

    [Test]
    public void RenderSvg_Picture_IsCarriedAlong()
    {
        var image = Parse(HtmlImage.RenderSvg("<svg/>", 400, "a \"curve\"")).Element("img")!;
        Assert.That((string)image.Attribute("alt")!, Is.EqualTo("a \"curve\""));
        Assert.That((string)image.Attribute("src")!, Is.EqualTo("data:image/svg+xml;base64,PHN2Zy8+"));
    }

    private static string Words(string line)
        => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string[][] Rows(string html)
        => [.. Parse(html).Descendants("tr").Select(static r => r.Elements().Select(static c => c.Value).ToArray())];

    private static XElement Parse(string html) => XElement.Parse($"<body>{html}</body>");
}
