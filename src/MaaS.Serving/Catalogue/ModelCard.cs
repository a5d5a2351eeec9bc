using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace MaaS.Serving.Catalogue;

/// <summary>Turns a model card in Markdown into markup. It was written by whoever added the version: markup in it is
/// shown as text, links lead to the web or to mail alone, pictures become links, and nothing in it is of a style that
/// the page's policy would refuse.</summary>
internal static class ModelCard
{
    // Below the page's own headings.
    private const int HeadingShift = 2, LowestHeading = 6, MostSummary = 200;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml().UsePipeTables().UseAutoLinks().Build();

    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps, Uri.UriSchemeMailto];

    /// <summary>The card's markup; what is nested too deep to be read stands as the text that it is.</summary>
    public static Html Of(string markdown)
    {
        if (Parse(markdown) is not { } document)
        {
            return Html.Of($"<pre tabindex=\"0\">{markdown}</pre>");
        }

        foreach (var node in document.Descendants().ToList())
        {
            Tame(node);
        }

        return new Html(document.ToHtml(Pipeline));
    }

    /// <summary>The text of the first paragraph, to about 200 characters; null where there is none.</summary>
    public static string? Summary(string markdown)
    {
        var paragraph = Parse(markdown)?.Descendants<ParagraphBlock>().FirstOrDefault(static p => p.Inline is not null);
        var text = paragraph is null ? ""
            : string.Concat(paragraph.Inline!.Descendants().Select(static i => i switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => code.Content,
                LineBreakInline => " ",
                _ => "",
            })).Trim();
        return text.Length == 0 ? null : text.Length > MostSummary ? $"{text[..MostSummary]}…" : text;
    }

    private static MarkdownDocument? Parse(string markdown)
    {
        try
        {
            return Markdown.Parse(markdown, Pipeline);
        }
        catch (ArgumentException)   // Markdig's limit on nesting.
        {
            return null;
        }
    }

    private static void Tame(MarkdownObject node)
    {
        switch (node)
        {
            case HeadingBlock heading:
                heading.Level = Math.Min(heading.Level + HeadingShift, LowestHeading);
                break;
            case LinkInline link when IsAllowed(link.GetDynamicUrl?.Invoke() ?? link.Url):
                link.IsImage = false;
                break;
            case LinkInline link:
                link.ReplaceBy(new ContainerInline());
                break;
            case AutolinkInline auto when !auto.IsEmail && !IsAllowed(auto.Url):
                auto.ReplaceBy(new LiteralInline(auto.Url));
                break;
            case Table table:
                foreach (var column in table.ColumnDefinitions)
                {
                    column.Alignment = null;
                }

                break;
        }
    }

    private static bool IsAllowed(string? url)
        => Uri.TryCreate(url, UriKind.Absolute, out var address) && Schemes.Contains(address.Scheme);
}
