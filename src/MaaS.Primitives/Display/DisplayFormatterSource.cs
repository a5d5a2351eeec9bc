namespace MaaS.Primitives.Display;

/// <summary>Makes the formatters; found and called by name (<see cref="TypeFormatterSourceAttribute"/>).</summary>
internal sealed class DisplayFormatterSource
{
    private readonly DisplayFormatter[] _formatters =
    [
        new("text/html", static value => (value as IHtmlDisplay)?.ToHtml()),
        new("text/plain", static value => value.ToString()),
    ];

    public IEnumerable<object> CreateTypeFormatters() => _formatters;
}
