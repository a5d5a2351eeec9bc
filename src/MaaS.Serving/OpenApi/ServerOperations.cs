namespace MaaS.Serving.OpenApi;

/// <summary>The operations of MaaS itself, which belong to no published protocol.</summary>
internal static class ServerOperations
{
    private const string Overview = """
        {"server":{"name":"maas","version":"0.1.0","ready":true,"time":1767225600000,"started":1767225000000,
          "memory_bytes":134217728,"step_seconds":5,"most_steps":180},
         "models":[{"name":"digits","route":null,"versions":[{"version":3,"state":"AVAILABLE","servable":true,
          "labels":["stable"],"share":1,"bytes":1048576,"error_code":"OK","error_message":""}]}],
         "traffic":[{"time":1767225600000,"seconds":5,
          "models":[{"name":"digits","version":3,"requests":64,"errors":0,"p50_ms":0.4,"p99_ms":1.2}]}],
         "errors":[{"model":"digits","version":3,"kind":"input","count":2,
          "first":1767225500000,"last":1767225600000}],
         "shadow":[{"model":"digits","shadow":"digits@canary","equal":64,"different":0,"failed":0,"dropped":0,
          "largestDifference":0}]}
        """;

    private const string PageModel = """
        {"name":"digits","task":"classification","description":"Handwritten digits.","has_baseline":true,
         "takes_text":false,"writes_text":false,"has_chat_template":false,
         "image":{"channels":1,"height":28,"width":28,"black":-0.42},
         "inputs":[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}],"metrics":{"accuracy":0.99}}
        """;

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All()
    {
        yield return ("GET", "/livez", Of("live", "Whether the server lives.", """{"status":"ok"}"""));
        yield return ("GET", "/readyz", Of("ready", "Whether the server is ready.", """{"status":"ok"}""", null, 503));
        yield return ("GET", "/healthz", Of(
            "health", "Whether every model that was found is loaded.",
            """{"status":"ok","models":["digits"],"failed":[]}""", null, 503));
        yield return ("GET", "/page/overview", Of(
            "pageOverview",
            "What the page shows: models with versions and shares of the traffic, traffic in steps of 5 s, recent "
                + "errors by kind.",
            Overview, null, 400) with
        { Query = [("since", "Leaves out steps that ended at this time or before, in milliseconds since 1970.")] });
        yield return ("GET", "/page/models/{name}", Of(
            "pageModel", "What the page needs to ask a model.", PageModel, null, 404) with
        { Query = [("version", "One of its versions; the one that requests are routed to by default.")] });
        yield return ("POST", "/predict", Of(
            "predict", "Runs a model on rows, columns, pixels or texts; a classifier answers labels and probabilities.",
            """{"predictions":[{"label":"cat","probabilities":{"cat":0.9,"dog":0.1}}]}""",
            """{"images":[[[0,255],[128,64]]]}""", 400, 404, 413, 415, 429, 503, 504) with
        {
            Query = [
                ("model", "The model; may be left out where there is one, or a default."),
                ("version", "Its version; the model's route decides by default."),
            ],
        });
    }

    private static ApiOperation Of(
        string id, string summary, string? response, string? request = null, params int[] errors)
        => new("MaaS", id, summary, response, request, errors);
}
