using System.Collections.Frozen;
using System.Text.Json;

namespace MaaS.Text.Components;

/// <summary>The components of one kind by their names in tokenizer.json.</summary>
internal sealed class ComponentFamily<T>(string kind, params (string Name, Func<ComponentJson, T> Read)[] members)
    where T : class, IComponent
{
    private readonly FrozenDictionary<string, Func<ComponentJson, T>> _readers =
        members.ToFrozenDictionary(static m => m.Name, static m => m.Read);

    /// <summary>Reads a component; null stays null.</summary>
    /// <exception cref="InvalidDataException">The component is not supported or has faults.</exception>
    public T? ReadOrNull(ComponentJson json) => json.IsNull ? null : Read(json);

    /// <inheritdoc cref="ReadOrNull"/>
    public T Read(ComponentJson json, string? type = null)
    {
        type ??= json.String("type");
        return _readers.TryGetValue(type, out var read)
            ? read(json)
            : throw new InvalidDataException(
                $"tokenizer.json: {json.Path}: {kind} '{type}' is not supported; expected one of "
                    + $"{string.Join(", ", _readers.Keys.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Reads the members of a <c>Sequence</c>.</summary>
    public IReadOnlyList<T> ReadAll(ComponentJson list) => [.. list.Items().Select(item => Read(item))];
}

/// <summary>Writes components of a tokenizer as JSON.</summary>
internal static class ComponentWriting
{
    public static void WriteComponent(this Utf8JsonWriter writer, IComponent? component)
    {
        if (component is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", component.Name);
        component.WriteMembers(writer);
        writer.WriteEndObject();
    }

    public static void WriteComponent(this Utf8JsonWriter writer, string name, IComponent? component)
    {
        writer.WritePropertyName(name);
        writer.WriteComponent(component);
    }

    public static void WriteComponents(this Utf8JsonWriter writer, string name, IEnumerable<IComponent> components)
    {
        writer.WriteStartArray(name);
        foreach (var component in components)
        {
            writer.WriteComponent(component);
        }

        writer.WriteEndArray();
    }
}
