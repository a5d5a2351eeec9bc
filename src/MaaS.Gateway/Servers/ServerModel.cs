namespace MaaS.Gateway.Servers;

/// <summary>A version of a model that a server answers for.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version.</param>
internal readonly record struct ServerModel(string Name, string Version);
