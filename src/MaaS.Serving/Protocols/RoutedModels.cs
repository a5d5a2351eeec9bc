using MaaS.Serving.Http;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols;

/// <summary>The model that an address names.</summary>
internal static class RoutedModels
{
    /// <summary>The parts <c>name</c>, <c>version</c> and <c>label</c> of the route.</summary>
    public static ModelReference RoutedModel(this HttpContext context)
        => new(context.Route("name"), context.Route("version"), context.Route("label"));
}
