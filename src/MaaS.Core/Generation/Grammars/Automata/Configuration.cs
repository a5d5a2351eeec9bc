namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>One of the places where a text may stand in a grammar.</summary>
/// <param name="State">The state.</param>
/// <param name="Stack">The rules under way around it.</param>
internal readonly record struct Configuration(int State, RuleStack? Stack);
