namespace TorchSharp.Utils;

/// <summary>The name under which a field's module, parameter or buffer is registered, where it is not the field's own.</summary>
#pragma warning disable CA1018 // TorchSharp restricts no targets.
public class ComponentNameAttribute : Attribute
{
    public string? Name { get; set; }
}
