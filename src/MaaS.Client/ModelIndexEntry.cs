namespace MaaS.Client;

/// <summary>A version of a model in a server's repository.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version; null where the server has none.</param>
/// <param name="State">As <c>READY</c>.</param>
/// <param name="Reason">Why it is in that state; empty where there is nothing to say.</param>
public sealed record ModelIndexEntry(string Name, string? Version, string? State, string? Reason);
