namespace MaaS.Client;

/// <summary>An output that a request wants; a name alone will do.</summary>
/// <param name="Name">The output.</param>
/// <param name="Classes">How many of the largest values to give as texts <c>value:index[:label]</c>; 0 for the tensor
/// itself.</param>
public sealed record RequestedOutput(string Name, int Classes = 0)
{
    /// <summary>The output of that name, as it is.</summary>
    public static implicit operator RequestedOutput(string name) => new(name);

    /// <summary>The output of that name, as it is.</summary>
    public static RequestedOutput FromString(string name) => new(name);
}
