using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MaaS.Tests;

/// <summary>
/// What generated JSON code loses: it sets init-only members that the JSON lacks to zero and null, where reflection
/// leaves what their initializers gave.
/// </summary>
internal static class GeneratedJson
{
    /// <summary>Every member of a type that some <see cref="JsonSerializerContext"/> of the assembly reads, whose
    /// default does not survive.</summary>
    /// <returns>As <c>ModelManifest.FormatVersion: expected 1, got 0</c>.</returns>
    public static IReadOnlyList<string> LostDefaults(Assembly assembly)
    {
        List<string> lost = [];
        foreach (var type in assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(JsonSerializerContext))))
        {
            var context = (JsonSerializerContext)type.GetProperty(
                "Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            var reflection = new JsonSerializerOptions(context.Options)
            {
                TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            };
            var roots = type.GetCustomAttributesData()
                .Where(static a => a.AttributeType == typeof(JsonSerializableAttribute))
                .Select(static a => (Type)a.ConstructorArguments[0].Value!);
            lost.AddRange(
                Reachable(context, roots).SelectMany(t => Lost(context.GetTypeInfo(t)!, reflection)).Distinct());
        }

        return lost;
    }

    private static IEnumerable<string> Lost(JsonTypeInfo generated, JsonSerializerOptions reflection)
    {
        var optional = generated.Properties.Where(
            static p => p is { IsRequired: false, Set: not null, Get: not null } && !IsArgument(p)).ToArray();
        if (generated.Kind != JsonTypeInfoKind.Object || optional.Length == 0)
        {
            yield break;
        }

        var json = Smallest(generated.Type, reflection)!;
        var (expected, got) = (json.Deserialize(generated.Type, reflection)!, json.Deserialize(generated)!);
        foreach (var property in optional)
        {
            string Text(object instance)
                => JsonSerializer.Serialize(property.Get!(instance), property.PropertyType, reflection);
            if (Text(expected) != Text(got))
            {
                yield return $"{generated.Type.Name}.{property.Name}: expected {Text(expected)}, got {Text(got)}";
            }
        }
    }

    private static IReadOnlyCollection<Type> Reachable(JsonSerializerContext context, IEnumerable<Type> roots)
    {
        HashSet<Type> seen = [];
        var open = new Stack<Type>(roots);
        while (open.TryPop(out var type))
        {
            if (context.GetTypeInfo(type) is { } info && seen.Add(type))
            {
                foreach (var next in info.Properties.Select(static p => p.PropertyType).Append(info.ElementType)
                    .OfType<Type>())
                {
                    open.Push(Nullable.GetUnderlyingType(next) ?? next);
                }
            }
        }

        return seen;
    }

    // JSON of a value with nothing in it but what has to be there.
    private static JsonNode? Smallest(Type type, JsonSerializerOptions options)
    {
        var info = options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => new JsonObject(info.Properties.Where(static p => p.IsRequired || IsArgument(p))
                .Select(p => KeyValuePair.Create(p.Name, Smallest(p.PropertyType, options)))),
            JsonTypeInfoKind.Enumerable => new JsonArray(Smallest(info.ElementType!, options)),
            JsonTypeInfoKind.Dictionary => new JsonObject { ["x"] = Smallest(info.ElementType!, options) },
            _ when type == typeof(string) => "x",
            _ => JsonSerializer.SerializeToNode(
                Activator.CreateInstance(Nullable.GetUnderlyingType(type) ?? type), options),
        };
    }

    private static bool IsArgument(JsonPropertyInfo property)
        => property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };
}
