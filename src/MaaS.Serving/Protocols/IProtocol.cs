using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols;

/// <summary>A way to talk to the models: it translates requests to tensors and outputs to answers, and nothing else.</summary>
public interface IProtocol
{
    /// <summary>Name in logs.</summary>
    string Name { get; }

    /// <summary>Adds the protocol's endpoints.</summary>
    void Map(IEndpointRouteBuilder endpoints);
}
