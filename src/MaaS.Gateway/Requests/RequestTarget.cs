using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>What a request is about.</summary>
/// <param name="Kind">How it is treated.</param>
/// <param name="Model">The model that it names; null for none.</param>
/// <param name="Version">The version that it names; null for none, or for a label.</param>
internal sealed record RequestTarget(RequestKind Kind, string? Model = null, string? Version = null)
{
    /// <summary>Reads the address of a request over REST.</summary>
    public static RequestTarget Of(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        return path switch
        {
            ["v1", "models", var name, "versions", var version, ..] =>
                new(Answer(path), Verbless(name), Verbless(version)),
            ["v1", "models", var name, ..] => new(Answer(path), Verbless(name)),
            ["v2", "models", var name, "versions", var version, ..] => new(Answer(path), name, version),
            ["v2", "models", var name, ..] => new(Answer(path), name),
            ["v2", "repository", "index"] => new(RequestKind.Answer),
            ["v2", "repository", ..] or ["v2", "logging" or "trace", ..] when !reads => new(
                RequestKind.Administration),
            ["predictions" or "explanations", var name, var version] => new(RequestKind.Answer, name, version),
            ["predictions" or "explanations", var name] => new(RequestKind.Answer, name),
            ["predict"] => new(
                RequestKind.Answer, request.Query["model"].ToString() is { Length: > 0 } model ? model : null),
            ["models", var name, ..] when reads => new(RequestKind.Answer, name),
            ["models", ..] when !reads => new(RequestKind.Administration),
            _ => new(reads ? RequestKind.Answer : RequestKind.Passage),
        };
    }

    private static RequestKind Answer(string[] path)
        => path[^1] is "generate_stream" ? RequestKind.Stream : RequestKind.Answer;

    // TensorFlow's addresses end in :predict and others.
    private static string Verbless(string segment)
        => segment.LastIndexOf(':') is > 0 and var colon ? segment[..colon] : segment;
}
