namespace MaaS.Core.Registry;

/// <summary>A version of a model in a registry.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">1 or more, counted by the registry.</param>
/// <param name="Location">The package folder.</param>
/// <param name="Labels">Labels that point to this version, in order.</param>
public sealed record RegisteredModel(string Name, long Version, string Location, IReadOnlyList<string> Labels);
