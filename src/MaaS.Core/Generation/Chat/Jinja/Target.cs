namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What a value is assigned to: a name, an attribute of a namespace, or several of them.</summary>
/// <param name="Name">The variable; null for several.</param>
/// <param name="Attribute">The namespace's attribute; null for the variable itself.</param>
/// <param name="Parts">Targets of the items of a list; empty for one name.</param>
internal sealed record Target(string? Name, string? Attribute, IReadOnlyList<Target> Parts)
{
    public void Set(Frame frame, object? value)
    {
        if (Name is not null && Attribute is null)
        {
            frame.Set(Name, value);
        }
        else if (Name is not null)
        {
            var space = frame.Get(Name) as NamespaceValue ?? throw new TemplateFault(
                $"'{Name}.{Attribute}' can be set of a namespace only; make one by namespace()");
            space.Attributes[Attribute!] = value;
        }
        else
        {
            var items = PythonValues.Items(value);
            if (items.Count != Parts.Count)
            {
                throw new TemplateFault($"expected {Parts.Count} values for as many names, got {items.Count}");
            }

            for (var i = 0; i < Parts.Count; i++)
            {
                Parts[i].Set(frame, items[i]);
            }
        }
    }
}
