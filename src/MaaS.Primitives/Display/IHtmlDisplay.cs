namespace MaaS.Primitives.Display;

/// <summary>A value that shows itself as HTML, in a notebook or in a page.</summary>
public interface IHtmlDisplay
{
    /// <summary>A fragment of HTML: no scripts, no style sheet, text encoded, readable on light and on dark
    /// ground.</summary>
    string ToHtml();
}
