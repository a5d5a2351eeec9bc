namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>A bound of numbers.</summary>
/// <param name="Value">The bound.</param>
/// <param name="IsOut">Whether the bound itself is left out.</param>
internal sealed record SchemaBound(decimal Value, bool IsOut);
