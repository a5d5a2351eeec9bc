namespace MaaS.Client;

/// <summary>What a server says of itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Extensions">Extensions of the protocol that it knows.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
