using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Fields and properties of a type that may hold tensors.</summary>
internal static class TensorMembers
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public;

    private static readonly ConcurrentDictionary<Type, Member[]> Members = new();
    private static readonly MethodInfo CloneMethod =
        typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>The members of a type, in the order of their declaration.</summary>
    public static Member[] Of(Type type) => Members.GetOrAdd(type, static t => Find(t, []));

    /// <summary>Whether a value of a type may hold tensors; of interfaces and <see cref="object"/> only the value
    /// tells.</summary>
    public static bool MayHold(Type type) => MayHold(type, []);

    /// <summary>A copy of a value whose members are changed.</summary>
    public static object With(object value, Func<object?, object?> change)
    {
        var members = Of(value.GetType());
        if (members.Length == 0)
        {
            return value;
        }

        var copy = CloneMethod.Invoke(value, null)!;
        foreach (var member in members)
        {
            member.Set(copy, change(member.Get(value)));
        }

        return copy;
    }

    private static Member[] Find(Type type, HashSet<Type> above)
    {
        if (typeof(ITuple).IsAssignableFrom(type))
        {
            return type.IsValueType
                ? [.. type.GetFields(Instance).Where(f => MayHold(f.FieldType, above)).Select(Member.Of)]
                : [
                    .. type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
                        .Where(f => MayHold(f.FieldType, above))
                        .Select(static f => new Member(f.Name.TrimStart('m', '_'), f.GetValue, f.SetValue)),
                ];
        }

        return [
            .. type.GetFields(Instance).Where(f => MayHold(f.FieldType, above)).Select(Member.Of),
            .. type.GetProperties(Instance)
                .Where(p => p.GetIndexParameters().Length == 0 && p.CanRead && MayHold(p.PropertyType, above))
                .Select(static p => Stored(p)).OfType<Member>(),
        ];
    }

    // A property with a value of its own has a field behind it, or at least can be set.
    private static Member? Stored(PropertyInfo property)
    {
        var field = property.DeclaringType!.GetField(
            $"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);
        return field is not null ? new Member(property.Name, field.GetValue, field.SetValue)
            : property.CanWrite ? new Member(property.Name, property.GetValue, property.SetValue)
            : null;
    }

    private static bool MayHold(Type type, HashSet<Type> above)
    {
        if (typeof(Tensor).IsAssignableFrom(type) || type == typeof(object))
        {
            return true;
        }

        if (type.IsPrimitive || type.IsEnum || type.IsPointer || type == typeof(string) || !above.Add(type))
        {
            return false;
        }

        try
        {
            if (type.IsArray)
            {
                return MayHold(type.GetElementType()!, above);
            }

            if (typeof(System.Collections.IEnumerable).IsAssignableFrom(type) && type.IsGenericType)
            {
                return MayHold(type.GetGenericArguments()[^1], above);
            }

            return type.IsInterface || (Namespaced(type) && Find(type, above).Length > 0);
        }
        finally
        {
            above.Remove(type);
        }
    }

    // The base library's own classes, such as CultureInfo, hold no tensors but have many members to ask.
    private static bool Namespaced(Type type)
        => typeof(ITuple).IsAssignableFrom(type) || type.Assembly != typeof(object).Assembly;

    /// <summary>A place in a value.</summary>
    internal sealed record Member(string Name, Func<object, object?> Get, Action<object, object?> Set)
    {
        public static Member Of(FieldInfo field) => new(field.Name, field.GetValue, field.SetValue);
    }
}
