using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace MaaS.Serving.Catalogue;

/// <summary>Markup. Texts become part of it through <see cref="Of"/> alone, which encodes them.</summary>
/// <param name="Markup">What stands in the page.</param>
internal readonly record struct Html(string Markup)
{
    /// <summary>Nothing.</summary>
    public static Html None { get; } = new("");

    /// <summary>Markup from an interpolated string: what is written in the source stays as it is, every value is
    /// encoded.</summary>
    public static Html Of(HtmlText text) => new(text.Markup);

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(static p => p.Markup)));

    public override string ToString() => Markup;

    /// <summary>Encodes the values of an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly struct HtmlText(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _markup = new(literalLength + (16 * formattedCount));

        public string Markup => _markup.ToString();

        public void AppendLiteral(string literal) => _markup.Append(literal);

        public void AppendFormatted(string? text) => _markup.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(long number) => _markup.Append(CultureInfo.InvariantCulture, $"{number}");

        public void AppendFormatted(Html html) => _markup.Append(html.Markup);
    }
}
