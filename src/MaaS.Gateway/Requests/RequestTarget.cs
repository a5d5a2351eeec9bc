using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>What a request is about.</summary>
/// <param name="Kind">How it is treated.</param>
/// <param name="Model">The model that it names; null for none.</param>
/// <param name="Version">The version that it names; null for none, or for a label.</param>
/// <param name="Adapter">The adapter of the model that it names; null for none.</param>
internal sealed record RequestTarget(
    RequestKind Kind, string? Model = null, string? Version = null, string? Adapter = null)
{
    /// <summary>Reads the address of a request over REST, as servers do: without regard to case, but for
    /// names.</summary>
    public static RequestTarget Of(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        return Array.ConvertAll(path, static p => p.ToLowerInvariant()) switch
        {
            ["v1", "models", _, "versions", _, ..] => new(Answer(path), Verbless(path[2]), Verbless(path[4])),
            ["v1", "models", _] when reads => OpenAiRequest.About(RequestKind.Answer, path[2]),
            ["v1", "models", _, ..] => new(Answer(path), Verbless(path[2])),
            ["v2", "models", "stats"] => new(RequestKind.Answer),
            ["v2", "models", _, "trace", ..] when !reads => new(RequestKind.Administration),
            ["v2", "models", _, "versions", _, ..] => new(Answer(path), path[2], path[4]),
            ["v2", "models", _, ..] => new(Answer(path), path[2]),
            ["v2", "repository", "index"] => new(RequestKind.Answer),
            ["v2", "repository", ..] or ["v2", "logging" or "trace", ..]
                or ["v2", "systemsharedmemory" or "cudasharedmemory", ..] when !reads
                => new(RequestKind.Administration),
            ["predictions" or "explanations", _, _] => new(RequestKind.Answer, path[1], path[2]),
            ["predictions" or "explanations", _] => new(RequestKind.Answer, path[1]),
            ["predict"] => new(
                RequestKind.Answer, request.Query["model"].ToString() is { Length: > 0 } model ? model : null),
            ["models", _, ..] when reads => new(RequestKind.Answer, path[1]),
            ["models", ..] when !reads => new(RequestKind.Administration),
            _ => new(OpenAiRequest.KindOf(request) ?? (reads ? RequestKind.Answer : RequestKind.Passage)),
        };
    }

    private static RequestKind Answer(string[] path)
        => path[^1].Equals("generate_stream", StringComparison.OrdinalIgnoreCase)
            ? RequestKind.Stream : RequestKind.Answer;

    // TensorFlow's addresses end in :predict and others.
    private static string Verbless(string segment)
        => segment.LastIndexOf(':') is > 0 and var colon ? segment[..colon] : segment;
}
