namespace MaaS.Core.Generation.Grammars;

/// <summary>What a schema asks that a grammar does not cover, or that nothing can satisfy.</summary>
internal sealed class SchemaFault : Exception
{
    public SchemaFault()
    {
    }

    public SchemaFault(string message)
        : base(message)
    {
    }

    public SchemaFault(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A fault at a place in the schema, as a JSON pointer.</summary>
    public SchemaFault(string place, string message)
        : base($"{(place.Length == 0 ? "#" : place)}: {message}")
    {
    }
}
