namespace MaaS.Primitives.Display;

/// <summary>Writes values of one MIME type; called by name (<see cref="TypeFormatterSourceAttribute"/>).</summary>
/// <param name="mimeType">What it writes.</param>
/// <param name="render">The text of a value; null where the value has none of this type.</param>
internal sealed class DisplayFormatter(string mimeType, Func<object, string?> render)
{
    public string MimeType { get; } = mimeType;

    public bool Format(object instance, TextWriter writer)
    {
        if (render(instance) is not { } text)
        {
            return false;
        }

        writer.Write(text);
        return true;
    }
}
