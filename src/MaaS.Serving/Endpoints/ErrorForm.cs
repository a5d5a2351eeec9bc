using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Endpoints;

/// <summary>Metadata of an endpoint whose protocol has a form of its own for failures and refusals, the guard's
/// among them.</summary>
/// <param name="WriteAsync">Answers a failure.</param>
internal sealed record ErrorForm(Func<HttpContext, Failure, Task> WriteAsync);

/// <summary>Gives endpoints their form of errors.</summary>
internal static class ErrorForms
{
    /// <summary>Says how failures, and the guard's refusals, are written.</summary>
    public static TBuilder WithErrors<TBuilder>(this TBuilder endpoint, ErrorForm form)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(b => b.Metadata.Add(form));
        return endpoint;
    }
}
