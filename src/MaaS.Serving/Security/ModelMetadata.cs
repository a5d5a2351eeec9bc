using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Security;

/// <summary>Where a request to an endpoint names its model.</summary>
/// <param name="Of">Finds the name; null where the request has none.</param>
/// <param name="IsInMessage">
/// Whether only the body says it, so that the handler asks for the decision and begins the record.
/// </param>
internal sealed record ModelMetadata(Func<HttpContext, string?> Of, bool IsInMessage = false)
{
    /// <summary>The route value <c>name</c>.</summary>
    public static ModelMetadata InAddress { get; } = new(static context => context.GetRouteValue("name") as string);

    /// <summary>The route value <c>name</c>, of which the adapter is no part.</summary>
    public static ModelMetadata BeforeAdapter { get; } = new(
        static context => InAddress.Of(context) is { } name ? AdapterName.Parse(name).Model : null);

    /// <summary>The body.</summary>
    public static ModelMetadata InMessage { get; } = new(static _ => null, IsInMessage: true);
}
