namespace MaaS.Serving.OpenApi;

/// <summary>The operations of TorchServe's inference and management interfaces.</summary>
internal static class TorchServeOperations
{
    private const string Workers = """
        [{"modelName":"digits","modelVersion":"3","modelUrl":"digits","runtime":"onnxruntime",
          "minWorkers":1,"maxWorkers":1,"status":"Healthy",
          "workers":[{"id":"0","status":"READY","gpu":false,"memoryUsage":1048576}]}]
        """;

    private const string Explanation = """
        {"explanations":[{"method":"occlusion","target":3,"value":0.9,"base_value":0.1,"contributions":[0.5,0.3]}]}
        """;

    private const string Instances = """{"instances":[[1,2,3,4]]}""";

    private static readonly string[] Bodies =
    [
        "application/octet-stream", "text/plain", "image/x-portable-graymap", "image/png", "image/jpeg",
        "multipart/form-data",
    ];

    // What running a model can be refused with.
    private static readonly int[] Refusals = [400, 404, 413, 415, 429, 503, 504];

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All() =>
    [
        ("GET", "/ping", Of(
            "torchPing", "Whether every model can answer.", """{"status":"Healthy"}""", null, 500)),
        .. OfModel("", ""), .. OfModel("/{version}", "OfVersion"), .. OfModels(),
    ];

    private static IEnumerable<(string, string, ApiOperation)> OfModel(string suffix, string name)
    {
        foreach (var (method, put) in new[] { ("POST", ""), ("PUT", "Put") })
        {
            yield return (method, "/predictions/{name}" + suffix, Of(
                "torchPredict" + put + name,
                "Runs a model on one sample: an image file, text, a tensor's bytes, JSON, or a form with one of them.",
                """{"cat":0.9,"dog":0.1}""", Instances, Refusals) with
            { OtherBodies = Bodies });
            yield return (method, "/explanations/{name}" + suffix, Of(
                "torchExplain" + put + name, "Says what each part of a sample contributes to the answer.",
                Explanation, Instances, Refusals) with
            { OtherBodies = Bodies });
        }

        yield return ("PUT", "/models/{name}" + suffix, Of(
            "torchScale" + name, "Sets how many runs of a model there may be at once.",
            """{"status":"Workers scaled to 2 for model: digits"}""", null, 400, 404) with
        {
            Query =
            [
                ("min_worker", "Runs at once, at least."),
                ("max_worker", "Runs at once, at most; counts before min_worker."),
            ],
        });
        yield return ("GET", "/models/{name}" + suffix, Of(
            "torchDescribe" + name, "State of a model; version 'all' shows all.", Workers, null, 404));
        yield return ("DELETE", "/models/{name}" + suffix, Of(
            "torchUnregister" + name, "Unloads a model or a version.",
            """{"status":"Model \"digits\" unregistered"}""", null, 404, 409));
    }

    private static IEnumerable<(string, string, ApiOperation)> OfModels()
    {
        yield return ("GET", "/models", Of(
            "torchList", "The models.",
            """{"nextPageToken":"100","models":[{"modelName":"digits","modelUrl":"digits"}]}""", null, 400) with
        {
            Query =
            [
                ("limit", "Most models of a page; 100 by default."),
                ("next_page_token", "Where the page begins."),
            ],
        });
        yield return ("POST", "/models", Of(
            "torchRegister", "Loads a model of the models folder.",
            """{"status":"Model \"digits\" Version: 3 registered with 1 initial workers"}""", null, 400, 404) with
        {
            Query =
            [
                ("url", "A file of the models folder."),
                ("model_name", "The name to serve it under."),
                ("initial_workers", "Runs at once."),
            ],
        });
        yield return ("PUT", "/models/{name}/{version}/set-default", Of(
            "torchSetDefault", "Lets requests without a version go to this one.",
            """{"status":"Default version successfully updated for model \"digits\" to \"3\""}""", null, 400, 404));
    }

    private static ApiOperation Of(string id, string summary, string? response, string? request, params int[] errors)
        => new("TorchServe", id, summary, response, request, errors) { HasTorchServeErrors = true };
}
