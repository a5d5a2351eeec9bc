using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace MaaS.Serving.Hosting;

/// <summary>
/// Binds a section of the configuration to options; keys that no option has and values of another type are named, all
/// of them.
/// </summary>
/// <remarks>The binder of .NET ignores the first kind and stops at the first of the second.</remarks>
internal static class ConfigurationCheck
{
    /// <summary>Sets every option that has a sound value.</summary>
    /// <returns>The faults, each after its key.</returns>
    public static IReadOnlyList<string> Bind(IConfigurationSection section, object options)
    {
        var faults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Check(section, options.GetType(), faults);
        var sound = section.AsEnumerable().Where(e => e.Value is not null && !faults.Keys.Any(key => IsAt(e.Key, key)));
        new ConfigurationBuilder().AddInMemoryCollection(sound).Build().GetSection(section.Path).Bind(options);
        return [.. faults.Select(f => $"{f.Key}: {f.Value}")];
    }

    private static bool IsAt(string key, string root)
        => key.StartsWith(root, StringComparison.OrdinalIgnoreCase)
        && (key.Length == root.Length || key[root.Length] == ':');

    private static void Check(IConfigurationSection section, Type type, Dictionary<string, string> faults)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (TypeDescriptor.GetConverter(type) is { } converter && converter.CanConvertFrom(typeof(string)))
        {
            CheckValue(section, type, converter, faults);
        }
        else if (ElementOf(type) is { } element)
        {
            foreach (var child in section.GetChildren())
            {
                Check(child, element, faults);
            }
        }
        else
        {
            CheckMembers(section, type, faults);
        }
    }

    private static void CheckValue(
        IConfigurationSection section, Type type, TypeConverter converter, Dictionary<string, string> faults)
    {
        try
        {
            if (section.Value is { Length: > 0 } text)
            {
                converter.ConvertFromInvariantString(text);
            }
            else if (section.GetChildren().Any())
            {
                faults[section.Path] = $"expected one value ({type.Name}), got several";
            }
        }
        catch (Exception e) when (
            e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            faults[section.Path] = $"expected {Kind(type)}, got '{section.Value}'";
        }
    }

    private static void CheckMembers(IConfigurationSection section, Type type, Dictionary<string, string> faults)
    {
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(
            p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (members.TryGetValue(child.Key, out var member))
            {
                Check(child, member.PropertyType, faults);
            }
            else
            {
                faults[child.Path] =
                    $"expected one of [{string.Join(", ", members.Keys.Order(StringComparer.Ordinal))}]";
            }
        }
    }

    private static Type? ElementOf(Type type)
    {
        var generic = type.GetInterfaces().Append(type).FirstOrDefault(
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>));
        if (generic is null || !typeof(IEnumerable).IsAssignableFrom(type))
        {
            return null;
        }

        var element = generic.GetGenericArguments()[0];
        return element.IsGenericType && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? element.GetGenericArguments()[1] : element;
    }

    private static string Kind(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time as 00:00:30",
        _ when type.IsEnum => $"one of [{string.Join(", ", Enum.GetNames(type))}]",
        _ when type.IsPrimitive => string.Create(CultureInfo.InvariantCulture, $"a number ({type.Name})"),
        _ => type.Name,
    };
}
