namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>A part of a grammar that others go through, as a non-terminal symbol.</summary>
/// <param name="Place">Where in the schema it comes from, for errors.</param>
/// <param name="Start">The state that it begins with.</param>
/// <param name="End">The state that it ends with.</param>
/// <param name="Weight">Levels of nesting that it adds: 1 for objects and arrays.</param>
internal sealed record Rule(string Place, int Start, int End, int Weight);
