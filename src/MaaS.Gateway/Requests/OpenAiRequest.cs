using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>OpenAI's routes, whose requests name their model in the body.</summary>
internal static class OpenAiRequest
{
    // As servers take them.
    private const int MaxNameLength = 256;

    /// <summary>How a request to one of the routes is treated; null for any other request.</summary>
    public static RequestKind? KindOf(HttpRequest request)
        => !HttpMethods.IsPost(request.Method) ? null
            : request.Path.Value!.ToLowerInvariant().Split('/', StringSplitOptions.RemoveEmptyEntries) switch
            {
                ["v1", "embeddings" or "rerank"] => RequestKind.Answer,
                ["v1", "completions"] or ["v1", "chat", "completions"] => RequestKind.Stream,
                _ => null,
            };

    /// <summary>What a request is about.</summary>
    /// <param name="kind">How it is treated.</param>
    /// <param name="name">The model that its body names, or <c>base:adapter</c>; null for none. A name that no server
    /// takes is for any server to refuse, as a body without one.</param>
    public static RequestTarget About(RequestKind kind, string? name)
        => name is not { Length: > 0 and <= MaxNameLength } ? new RequestTarget(kind)
            : AdapterName.Parse(name) is var (model, adapter) && model.Length > 0
                ? new RequestTarget(kind, model, Version: null, adapter) : new RequestTarget(kind);
}
