using MaaS.Serving.Security;

namespace MaaS.Gateway.Servers;

/// <summary>A version of a model that a server answers for.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Adapter">One of the version's adapters; null for the version itself.</param>
internal readonly record struct ServerModel(string Name, string Version, string? Adapter = null)
{
    public override string ToString() => $"{new AdapterName(Name, Adapter)}/{Version}";
}
