using System.Reflection;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>
/// Sets properties that TorchSharp makes once, in a constructor: <c>Convolution.in_channels</c>, against which forward
/// checks its input, and the like. A new layer could not take the old one's place, because fields of the user's module
/// refer to it.
/// </summary>
internal static class ReadOnlyProperty
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Sets the property, or the field behind it.</summary>
    /// <exception cref="NotSupportedException">There is neither a setter nor such a field.</exception>
    public static void Set(object target, Type declaring, string name, long value)
    {
        if (declaring.GetProperty(name, Any)?.SetMethod is { } setter)
        {
            setter.Invoke(target, [value]);
        }
        else if (declaring.GetField($"<{name}>k__BackingField", Any) is { } field)
        {
            field.SetValue(target, value);
        }
        else
        {
            throw new NotSupportedException(
                $"Pruning: expected {declaring.FullName}.{name} to have a setter or a field behind it, got neither; "
                    + "this version "
                + "of TorchSharp is not supported.");
        }
    }
}
