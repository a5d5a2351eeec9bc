using System.Text.Json;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>A schema that was read: what is not given is null or empty.</summary>
/// <param name="place">Where it stands, as a JSON pointer.</param>
internal sealed class SchemaNode(string place)
{
    /// <summary>A schema that everything satisfies.</summary>
    public static SchemaNode Any { get; } = new("");

    public string Place => place;

    /// <summary>Whether it is still being read: it refers to itself.</summary>
    public bool IsReading { get; set; }

    /// <summary>Whether nothing satisfies it.</summary>
    public bool IsNever { get; set; }

    /// <summary>The schema that it stands for.</summary>
    public SchemaNode? Reference { get; set; }

    public JsonTypes? Types { get; set; }

    /// <summary>The only values that there are.</summary>
    public IReadOnlyList<JsonElement>? Values { get; set; }

    public List<(string Name, SchemaNode Schema)> Properties { get; set; } = [];

    public HashSet<string> Required { get; set; } = [];

    /// <summary>Of properties that have no schema of their own; null where the schema does not say.</summary>
    public SchemaNode? Additional { get; set; }

    public List<SchemaNode> Prefix { get; set; } = [];

    public SchemaNode? Items { get; set; }

    public int? MinItems { get; set; }

    public int? MaxItems { get; set; }

    public int? MinLength { get; set; }

    public int? MaxLength { get; set; }

    public string? Pattern { get; set; }

    public string? Format { get; set; }

    public SchemaBound? Minimum { get; set; }

    public SchemaBound? Maximum { get; set; }

    /// <summary>One of them holds as well.</summary>
    public IReadOnlyList<SchemaNode>? Options { get; set; }

    /// <summary>Whether only one of <see cref="Options"/> may hold.</summary>
    public bool OnlyOne { get; set; }

    public bool HasObjectKeywords => Properties.Count > 0 || Required.Count > 0 || Additional is not null;

    public bool HasArrayKeywords
        => Prefix.Count > 0 || Items is not null || MinItems is not null || MaxItems is not null;

    /// <summary>Whether anything is said of some type's values.</summary>
    public bool HasKeywords => HasObjectKeywords || HasArrayKeywords || HasStringKeywords || HasNumberKeywords;

    public bool HasStringKeywords
        => MinLength is not null || MaxLength is not null || Pattern is not null || Format is not null;

    public bool HasNumberKeywords => Minimum is not null || Maximum is not null;

    /// <summary>Whether nothing but references and options is said.</summary>
    public bool IsEmpty => Types is null && Values is null && !IsNever && !HasKeywords;

    /// <summary>The schema behind references.</summary>
    public SchemaNode Resolved
    {
        get
        {
            var node = this;
            for (var i = 0; node.Reference is { } next; i++)
            {
                node = i < 1000 ? next : throw new SchemaFault(place, "the reference leads back to itself");
            }

            if (Reference is not null && Reference != node)
            {
                // Long chains are gone through once.
                Reference = node;
            }

            return node;
        }
    }
}
