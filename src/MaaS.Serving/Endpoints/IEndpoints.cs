using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Endpoints;

/// <summary>
/// Some addresses of the server: a protocol, or a feature that answers for itself, as metrics or the page.
/// </summary>
public interface IEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    void Map(IEndpointRouteBuilder endpoints);
}
