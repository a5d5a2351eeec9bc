using System.Text.Json;

namespace MaaS.Text.Components;

/// <summary>A part of the pipeline that tokenizer.json can name.</summary>
internal interface IComponent
{
    /// <summary>Its <c>type</c> in tokenizer.json.</summary>
    string Name { get; }

    /// <summary>Writes every member but <c>type</c>.</summary>
    void WriteMembers(Utf8JsonWriter writer);
}
