using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MaaS.Registry.Studies;

/// <summary>Named values as a JSON object, names in ordinal order, so that equal values are equal texts.</summary>
public static class ParameterText
{
    /// <summary>The text of some values.</summary>
    public static string Write(IReadOnlyDictionary<string, ParameterValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values.OrderBy(static v => v.Key, StringComparer.Ordinal))
            {
                if (value.IsText)
                {
                    writer.WriteString(name, value.ToString());
                }
                else
                {
                    writer.WriteNumber(name, value.Number);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The values of a text.</summary>
    /// <exception cref="InvalidDataException">It is no object of numbers and texts.</exception>
    public static IReadOnlyDictionary<string, ParameterValue> Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.EnumerateObject().ToDictionary(
                static p => p.Name,
                static p => p.Value.ValueKind == JsonValueKind.String
                    ? new ParameterValue(p.Value.GetString()!) : new ParameterValue(p.Value.GetDouble()),
                StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException(
                $"study: expected an object of numbers and texts by name, got '{text}'.", e);
        }
    }
}
