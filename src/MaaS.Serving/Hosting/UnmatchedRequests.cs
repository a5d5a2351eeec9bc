using MaaS.Serving.Http;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace MaaS.Serving.Hosting;

/// <summary>Requests that no endpoint takes.</summary>
internal static class UnmatchedRequests
{
    /// <summary>
    /// Gives answers that no endpoint wrote (no such address, wrong method) the JSON form of all errors.
    /// </summary>
    public static Task WriteErrorAsync(StatusCodeContext context)
    {
        var response = context.HttpContext.Response;
        var request = context.HttpContext.Request;
        return JsonAnswer.WriteErrorAsync(
            context.HttpContext,
            response.StatusCode,
            $"{request.Method} {request.Path}: {ReasonPhrases.GetReasonPhrase(response.StatusCode)}");
    }
}
