using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Security;

/// <summary>What a request asks of its caller: what the endpoint of a server asks that it goes to (the table in
/// docs/security.md).</summary>
internal static class RequestScope
{
    private const string Inference = "inference.grpcinferenceservice", TensorFlow = "tensorflow.serving.";

    /// <summary>Reads the address as servers do, without regard to case. The kind of the body says nothing: an address
    /// leads where it leads.</summary>
    public static ServingScope Of(HttpRequest request)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return Array.ConvertAll(
            request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries), static p => p.ToLowerInvariant())
            switch
        {
            ([] or ["page", ..] or ["catalogue", "session"] or ["healthz" or "livez" or "readyz" or "ping"]
                or ["v2", "health", "live" or "ready"] or ["grpc.health.v1.health", "check" or "watch"]
                or [Inference, "serverlive" or "serverready"]) and var open => Open(open, reads),

            ["predict"] or ["predictions" or "explanations", ..]
                or ["v1", "completions" or "embeddings" or "rerank"] or ["v1", "chat", "completions"]
                or ["v2", "systemsharedmemory" or "cudasharedmemory", ..]
                or ["v2", "models", _, "infer" or "generate" or "generate_stream"]
                or ["v2", "models", _, "versions", _, "infer" or "generate" or "generate_stream"]
                or [Inference, "modelinfer" or "modelstreaminfer"]
                or [TensorFlow + "predictionservice", "predict" or "classify" or "regress" or "multiinference"]
                => ServingScope.Predict,
            [Inference, var method] when method.Contains("sharedmemory", StringComparison.Ordinal)
                => ServingScope.Predict,
            ["v1", "models", .., var last] when Array.Exists(
                [":predict", ":classify", ":regress", ":explain"], v => last.EndsWith(v, StringComparison.Ordinal))
                => ServingScope.Predict,

            ["catalogue", "publish"] or ["catalogue", "models", _, "versions"] when !reads => ServingScope.Publish,

            ["catalogue", "access"] or ["catalogue", "models", _, "access"]
                or [Inference, "repositorymodelload" or "repositorymodelunload"]
                or [TensorFlow + "modelservice", "handlereloadconfigrequest"] => ServingScope.Admin,
            ["models", ..] or ["v2", "repository", "models", ..] or ["v2", "logging"] or ["v2", "trace", ..]
                or ["v2", "models", _, "trace", ..] when !reads => ServingScope.Admin,

            _ => ServingScope.Read,
        };
    }

    /// <summary>The model in addresses that lead to any server, so that a <see cref="Requests.RequestTarget"/> does not
    /// name it; null for none.</summary>
    public static string? ModelOf(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(path, static p => p.ToLowerInvariant()) switch
        {
            ["page", "models", _, ..] or ["catalogue", "view" or "models", _, ..] => path[2],
            ["v2", "repository", "models", _, ..] => path[3],
            _ => null,
        };
    }

    // The page's data are not its files.
    private static ServingScope Open(string[] path, bool reads)
        => path is ["page", "overview"] or ["page", "models", ..] || (path is [] && !reads)
            ? ServingScope.Read : ServingScope.None;
}
