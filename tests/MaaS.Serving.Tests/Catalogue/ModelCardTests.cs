using MaaS.Serving.Catalogue;

namespace MaaS.Serving.Tests.Catalogue;

public sealed class ModelCardTests
{
    [TestCase("<script>alert(1)</script>", "<script")]
    [TestCase("a <b onclick=alert(1)>b</b>", "<b ")]
    [TestCase("[x](javascript:alert(1))", "javascript:")]
    [TestCase("[x](JaVaScRiPt:alert(1))", "aVaScRiPt:")]
    [TestCase("[x](&#106;avascript:alert(1))", "avascript:")]
    [TestCase("[x](data:text/html,hello)", "data:")]
    [TestCase("[x](//evil.example/)", "href=\"//")]
    [TestCase("[x][1]\n\n[1]: vbscript:x", "href=\"vbscript:")]
    [TestCase("<javascript:alert(1)>", "href=\"javascript:")]
    [TestCase("![x](https://example.org/p.png)", "<img")]
    [TestCase("| a |\n|--:|\n| 1 |", "style=")]
    [TestCase("# One", "<h1")]
    [TestCase("[x](https://example.org/\"onclick=alert(1))", "\"onclick")]
    public void Of_Harmful_LeavesItOut(string markdown, string harmful)
        => Assert.That(ModelCard.Of(markdown).Markup, Does.Not.Contain(harmful));

    [TestCase("**bold**", "<strong>bold</strong>")]
    [TestCase("# One", "<h3")]
    [TestCase("###### Six", "<h6")]
    [TestCase("[x](https://example.org/)", "<a href=\"https://example.org/\">x</a>")]
    [TestCase("| a |\n|---|\n| 1 |", "<td>1</td>")]
    [TestCase("<b>", "&lt;b&gt;")]
    public void Of_Markdown_IsMarkup(string markdown, string expected)
        => Assert.That(ModelCard.Of(markdown).Markup, Does.Contain(expected));

    [TestCase("# Head\n\nSome *bold*\n`code` [link](https://example.org/).\n\nMore", "Some bold code link.")]
    [TestCase("# Head alone", null)]
    [TestCase("", null)]
    public void Summary_Card_IsTheTextOfItsFirstParagraph(string markdown, string? expected)
        => Assert.That(ModelCard.Summary(markdown), Is.EqualTo(expected));

    [TestCase('>')]
    [TestCase('[')]
    [TestCase('*')]
    public void Of_NestedWithoutEnd_IsShown(char mark)
        => Assert.That(ModelCard.Of($"{new string(mark, 20_000)} end").Markup, Does.Contain("end"));
}
