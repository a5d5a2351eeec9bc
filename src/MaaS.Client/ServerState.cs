namespace MaaS.Client;

/// <summary>What a client knows of one of its servers.</summary>
/// <param name="Address">The server.</param>
/// <param name="IsAvailable">Whether requests go to it: its last probe said ready, and it has not failed since.</param>
/// <param name="Outstanding">Requests of this client that it has not answered yet.</param>
public sealed record ServerState(Uri Address, bool IsAvailable, int Outstanding);
