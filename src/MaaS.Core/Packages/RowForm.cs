using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Core.Packages;

/// <summary>What a row of a model of tables is asked for with: a field an input.</summary>
/// <param name="Fields">In the order in which they are shown.</param>
public sealed record RowForm(IReadOnlyList<RowField> Fields)
{
    /// <summary>The form in a package.</summary>
    public const string FileName = "form.json";

    /// <summary>Most categories of a field; the most frequent ones where there are more.</summary>
    public const int MostCategories = 1000;

    /// <summary>The form as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RowFormJson.Default.RowForm);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">UTF-8.</param>
    /// <exception cref="InvalidDataException">It is no form, or a name stands twice.</exception>
    public static RowForm FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var form = JsonSerializer.Deserialize(json, RowFormJson.Default.RowForm);
            if (form is null || form.Fields.Any(static f => f is null || f.Categories.Any(static c => c is null)))
            {
                throw new InvalidDataException($"{FileName}: expected an object with 'fields', got null.");
            }

            return form.Fields.GroupBy(static f => f.Name, StringComparer.Ordinal)
                .FirstOrDefault(static g => g.Skip(1).Any()) is { } twice
                ? throw new InvalidDataException($"{FileName}: expected distinct names, got '{twice.Key}' twice.")
                : form;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{FileName}: {e.Message}", e);
        }
    }
}

/// <summary>A field of a form.</summary>
/// <param name="Name">The model's input.</param>
/// <param name="Kind">What is asked for.</param>
public sealed record RowField(string Name, RowFieldKind Kind)
{
    /// <summary>The categories that training knew, in order; empty for other kinds.</summary>
    public IReadOnlyList<string> Categories { get; init => field = value ?? []; } = [];

    /// <summary>A usual value, as a file would hold it; null for none.</summary>
    public string? Example { get; init; }

    /// <summary>Whether dates have a time of day.</summary>
    public bool HasTime { get; init; }
}

/// <summary>What a field asks for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RowFieldKind>))]
public enum RowFieldKind
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A date in ISO 8601.</summary>
    Date,

    /// <summary>A category.</summary>
    Category,

    /// <summary>Free text.</summary>
    Text,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RowForm))]
internal sealed partial class RowFormJson : JsonSerializerContext;
