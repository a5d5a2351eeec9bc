using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Endpoints;

/// <summary>Metadata of an endpoint whose address people open in a browser, which sends no key of its own accord and
/// shows a refusal to a person.</summary>
internal interface IBrowserEndpoint
{
    /// <summary>Puts the key that a browser keeps for these addresses where clients have theirs.</summary>
    void ReadKey(HttpContext context);

    /// <summary>Answers a refusal with a page.</summary>
    /// <returns>Whether the client wants pages; otherwise nothing was written.</returns>
    ValueTask<bool> TryRefuseAsync(HttpContext context, Failure failure);
}
