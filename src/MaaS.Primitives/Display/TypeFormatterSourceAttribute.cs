namespace MaaS.Primitives.Display;

/// <summary>Lets .NET Interactive show the values of a type as what <see cref="IHtmlDisplay.ToHtml"/> gives; their
/// plain text goes along.</summary>
/// <remarks>
/// .NET Interactive goes by the names of this attribute, of its properties and of the formatters' members, so that no
/// package has to be referenced: the convention-based formatter sources of
/// <c>Microsoft.DotNet.Interactive.Formatting.Formatter</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TypeFormatterSourceAttribute : Attribute
{
    /// <summary>The type that makes the formatters.</summary>
    public Type FormatterSourceType { get; } = typeof(DisplayFormatterSource);

    /// <summary>What an output carries, the best first.</summary>
    public string[] PreferredMimeTypes { get; } = ["text/html", "text/plain"];
}
