using System.Reflection;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>The tensors in the fields of a module and its submodules, to be put back where forward replaces them, as it
/// does with a table that it makes for the longest input so far.</summary>
internal sealed class TensorFields
{
    private readonly List<(nn.Module Holder, FieldInfo Field, Tensor? Value)> _fields = [];

    /// <summary>Remembers what the fields hold now.</summary>
    public TensorFields(nn.Module module)
    {
        foreach (var holder in module.named_modules().Select(static pair => pair.module).Append(module).Distinct())
        {
            // Fields of TorchSharp's own modules are parameters, which forward does not replace.
            for (var type = holder.GetType(); type!.Assembly != typeof(nn.Module).Assembly; type = type.BaseType)
            {
                const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                    | BindingFlags.DeclaredOnly;
                _fields.AddRange(type.GetFields(Own)
                    .Where(static field => field.FieldType == typeof(Tensor))
                    .Select(field => (holder, field, (Tensor?)field.GetValue(holder))));
            }
        }
    }

    /// <summary>Puts back what was replaced; null where the former tensor was disposed.</summary>
    public void Restore()
    {
        foreach (var (holder, field, value) in _fields)
        {
            if (!ReferenceEquals(field.GetValue(holder), value))
            {
                field.SetValue(holder, value is { IsInvalid: false } ? value : null);
            }
        }
    }
}
