using MaaS.Serving.Http;

namespace MaaS.Serving.OpenApi;

/// <summary>The operations of every protocol by method and route.</summary>
internal static class ApiOperations
{
    private const string V2 = "Open Inference Protocol";
    private const string Tf = "TensorFlow Serving";
    private const string Torch = "TorchServe";
    private const string Own = "MaaS";

    private const string Status = """{"model_version_status":[{"version":"3","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}""";
    private const string Signature = """
        {"model_spec":{"name":"digits","signature_name":"","version":"3"},"metadata":{"signature_def":{"signature_def":{"serving_default":{
         "inputs":{"image":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":"batch"}],"unknown_rank":false},"name":"image"}},
         "outputs":{"logits":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":"batch"}],"unknown_rank":false},"name":"logits"}},
         "method_name":"tensorflow/serving/predict","defaults":{}}}}}}
        """;

    private const string Statistics = """
        {"model_stats":[{"name":"digits","version":"3","last_inference":1767225600000,"inference_count":64,"execution_count":8,
         "inference_stats":{"success":{"count":64,"ns":9000000},"fail":{"count":0,"ns":0},"queue":{"count":64,"ns":400000},"compute_input":{"count":64,"ns":300000},
          "compute_infer":{"count":64,"ns":8000000},"compute_output":{"count":64,"ns":300000},"cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},
         "response_stats":{},"batch_stats":[{"batch_size":8,"compute_input":{"count":8,"ns":300000},"compute_infer":{"count":8,"ns":8000000},"compute_output":{"count":8,"ns":300000}}],
         "memory_usage":[]}]}
        """;

    private const string InferRequest = """
        {"id":"42","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y","parameters":{"binary_data":false,"classification":0}}],
         "parameters":{"binary_data_output":false,"priority":0,"timeout":0}}
        """;

    private const string InferResponse = """{"model_name":"linear","model_version":"1","id":"42","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.5,1.5]}]}""";

    private const string GenerateRequest = """
        {"id":"42","text_input":"Call me","parameters":{"max_tokens":64,"temperature":0.8,"top_k":0,"top_p":0.95,"repetition_penalty":1,"seed":1,"stop_tokens":[0]}}
        """;

    private const string GenerateResponse = """{"model_name":"story","model_version":"1","id":"42","text_output":" Ishmael","finish_reason":"length","tokens":64}""";

    private const string Texts = """
        A classifier of texts takes raw texts, which the server cleans and tokenises: {"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["You have won"]}]}.
        """;

    private static readonly (
        string Method,
        string Route,
        ApiOperation Operation)[] All =
            [.. V2Operations(), .. TfOperations(), .. TorchOperations(), .. OwnOperations()];

    /// <summary>The operation of an endpoint, whatever the prefix of its route; null where there is none.</summary>
    public static ApiOperation? Find(string method, string route)
        => All.Where(
            o
                => o.Method == method
                && route.EndsWith(
                    o.Route,
                    StringComparison.Ordinal)).OrderByDescending(o => o.Route.Length).FirstOrDefault().Operation;

    private static IEnumerable<(string, string, ApiOperation)> V2Operations()
    {
        yield return ("GET", "/v2", new ApiOperation(V2, "v2Server", "Name, version and extensions of the server.", """{"name":"maas","version":"0.1.0","extensions":["binary_tensor_data"]}"""));
        yield return ("GET", "/v2/models", new ApiOperation(V2, "v2Models", "Names of the models that can answer.", """{"models":["digits"]}"""));
        yield return ("GET", "/v2/health/live", new ApiOperation(V2, "v2Live", "Whether the server lives.", """{"live":true}"""));
        yield return ("GET", "/v2/health/ready", new ApiOperation(V2, "v2Ready", "Whether every model can answer.", """{"ready":true,"live":true}""", null, 503));
        yield return (
            "GET",
            "/v2/models/stats",
            new ApiOperation(V2, "v2StatisticsOfAll", "Counts and durations of every model.", Statistics));
        foreach (var (suffix, name) in new[] { ("", ""), ("/versions/{version}", "OfVersion") })
        {
            var model = "/v2/models/{name}" + suffix;
            yield return ("GET", model, new ApiOperation(V2, "v2Model" + name, "What a model takes and gives.", """
                {"name":"linear","versions":["1"],"platform":"onnx_onnxv1","inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]}]}
                """, null, 404));
            yield return ("GET", model + "/ready", new ApiOperation(V2, "v2ModelReady" + name, "Whether a model can answer.", """{"name":"linear","ready":true}""", null, 404, 503));
            yield return ("GET", model + "/config", new ApiOperation(V2, "v2Config" + name, "A model's configuration.", """
                {"name":"linear","platform":"onnx_onnxv1","backend":"onnxruntime","max_batch_size":32,"input":[{"name":"x","data_type":"TYPE_FP32","dims":[4]}],"output":[{"name":"y","data_type":"TYPE_FP32","dims":[2]}]}
                """, null, 404));
            yield return (
                "GET",
                model + "/stats",
                new ApiOperation(V2, "v2Statistics" + name, "Counts and durations of a model.", Statistics, null, 404));
            yield return ("POST", model + "/infer", new ApiOperation(
                V2, "v2Infer"
                    + name,
                    "Runs a model on JSON tensors, or on binary ones that follow the JSON part "
                        + "(Inference-Header-Content-Length).", InferResponse, InferRequest, 400, 404, 413, 415, 429,
                        503, 504)

            {
                OtherBodies = ["application/octet-stream"],
                OtherAnswer = "application/octet-stream",
                Description = Texts,
            });
            yield return ("POST", model + "/generate", new ApiOperation(
                V2, "v2Generate"
                    + name, "Continues a text.", GenerateResponse, GenerateRequest, 400, 404, 413, 415, 429, 503, 504));
            yield return ("POST", model + "/generate_stream", new ApiOperation(
                V2, "v2GenerateStream"
                    + name,
                    "Continues a text, piece by piece: server-sent events, of which the last has a finish_reason or is "
                        + "an error.",
                GenerateResponse, GenerateRequest, 400, 404, 413, 415, 429, 503, 504)
            { AnswerType = EventStream.ContentType });
        }

        yield return ("POST", "/v2/repository/index", new ApiOperation(
            V2, "v2Index", "The models of the repository.", """[{"name":"linear","version":"1","state":"READY","reason":""}]""", """{"ready":true}""", 400));
        yield return ("POST", "/v2/repository/models/{name}/load", new ApiOperation(V2, "v2Load", "Loads a model, or what is new of it.", null, """{"parameters":{}}""", 400, 404));
        yield return ("POST", "/v2/repository/models/{name}/unload", new ApiOperation(V2, "v2Unload", "Unloads a model.", null, """{"parameters":{"unload_dependents":false}}""", 400, 404, 409));
    }

    private static IEnumerable<(string, string, ApiOperation)> TfOperations()
    {
        yield return ("GET", "/v1/models", new ApiOperation(Tf, "tfModels", "Names of the models that can answer, as KServe lists them.", """{"models":["digits"]}"""));
        foreach (var (
            suffix, name) in new[] { ("", ""), ("/versions/{version}", "OfVersion"), ("/labels/{label}", "OfLabel") })
        {
            var model = "/v1/models/{name}" + suffix;
            yield return (
                "GET",
                model,
                new ApiOperation(Tf, "tfStatus" + name, "States of a model's versions.", Status, null, 404));
            yield return (
                "GET",
                model + "/metadata",
                new ApiOperation(Tf, "tfMetadata" + name, "A model's signature.", Signature, null, 404));
            yield return ("POST", model + ":predict", new ApiOperation(
                Tf, "tfPredict" + name, "Runs a model on rows ('instances') or columns ('inputs').", """{"predictions":[[0.5,1.5]]}""",
                """{"signature_name":"serving_default","instances":[[1,2,3,4]]}""", 400, 404, 413, 415, 429, 503, 504)
            {
                OtherBodies = ["application/x-protobuf"],
                OtherAnswer = "application/x-protobuf",
                Description = """
                    A classifier of texts takes raw texts: {"instances":["You have won"]}. A serialized tensorflow.serving.PredictRequest is answered
                    with a serialized PredictResponse.
                    """,
            });
            yield return ("POST", model + ":classify", new ApiOperation(
                Tf, "tfClassify" + name, "Label and score of every class for each example.", """{"results":[[["cat",0.9],["dog",0.1]]]}""",
                """{"signature_name":"serving_default","context":{},"examples":[{"x":[1,2,3,4]}]}""", 400, 404, 413, 415, 429, 503, 504));
            yield return ("POST", model + ":regress", new ApiOperation(
                Tf, "tfRegress" + name, "One value for each example.", """{"results":[3.5]}""",
                """{"signature_name":"serving_default","context":{},"examples":[{"x":1}]}""", 400, 404, 413, 415, 429, 503, 504));
        }
    }

    private static IEnumerable<(string, string, ApiOperation)> TorchOperations()
    {
        const string Describe = """
            [{"modelName":"digits","modelVersion":"3","modelUrl":"digits","runtime":"onnxruntime","minWorkers":1,"maxWorkers":1,"status":"Healthy",
              "workers":[{"id":"0","status":"READY","gpu":false,"memoryUsage":1048576}]}]
            """;
        ApiOperation Of(string id, string summary, string? response, string? request, params int[] errors)
            => new(Torch, id, summary, response, request, errors) { HasTorchServeErrors = true };
        yield return ("GET", "/ping", Of("torchPing", "Whether every model can answer.", """{"status":"Healthy"}""", null, 500));
        foreach (var (suffix, name) in new[] { ("", ""), ("/{version}", "OfVersion") })
        {
            string[] bodies = [
                "application/octet-stream", "text/plain", "image/x-portable-graymap", "image/png", "image/jpeg",
                "multipart/form-data"];
            foreach (var (method, put) in new[] { ("POST", ""), ("PUT", "Put") })
            {
                yield return (method, "/predictions/{name}" + suffix, Of(
                    "torchPredict" + put
                        + name,
                        "Runs a model on one sample: an image file, text, a tensor's bytes, JSON, or a form with one "
                            + "of them.",
                    """{"cat":0.9,"dog":0.1}""", """{"instances":[[1,2,3,4]]}""", 400, 404, 413, 415, 429, 503, 504) with
                { OtherBodies = bodies });
                yield return (method, "/explanations/{name}" + suffix, Of(
                    "torchExplain" + put + name, "Says what each part of a sample contributes to the answer.",
                    """{"explanations":[{"method":"occlusion","target":3,"value":0.9,"base_value":0.1,"contributions":[0.5,0.3]}]}""",
                    """{"instances":[[1,2,3,4]]}""", 400, 404, 413, 415, 429, 503, 504) with
                { OtherBodies = bodies });
            }

            yield return ("PUT", "/models/{name}" + suffix, Of(
                "torchScale" + name, "Sets how many runs of a model there may be at once.", """{"status":"Workers scaled to 2 for model: digits"}""", null, 400, 404) with

            {
                Query = [
                    ("min_worker", "Runs at once, at least."),
                    ("max_worker", "Runs at once, at most; counts before min_worker.")],
            });
            yield return (
                "GET",
                "/models/{name}" + suffix,
                Of("torchDescribe" + name, "State of a model; version 'all' shows all.", Describe, null, 404));
            yield return ("DELETE", "/models/{name}" + suffix, Of("torchUnregister" + name, "Unloads a model or a version.", """{"status":"Model \"digits\" unregistered"}""", null, 404, 409));
        }

        yield return ("GET", "/models", Of("torchList", "The models.", """{"nextPageToken":"100","models":[{"modelName":"digits","modelUrl":"digits"}]}""", null, 400)
            with

        {
            Query = [
                ("limit", "Most models of a page; 100 by default."), ("next_page_token", "Where the page begins.")],
        });
        yield return ("POST", "/models", Of("torchRegister", "Loads a model of the models folder.", """{"status":"Model \"digits\" Version: 3 registered with 1 initial workers"}""", null, 400, 404)
            with

        {
            Query = [
                ("url", "A file of the models folder."), ("model_name", "The name to serve it under."),
                ("initial_workers", "Runs at once.")],
        });
        yield return ("PUT", "/models/{name}/{version}/set-default", Of("torchSetDefault", "Lets requests without a version go to this one.", """{"status":"Default version successfully updated for model \"digits\" to \"3\""}""", null, 400, 404));
    }

    private static IEnumerable<(string, string, ApiOperation)> OwnOperations()
    {
        yield return ("GET", "/livez", new ApiOperation(Own, "live", "Whether the server lives.", """{"status":"ok"}"""));
        yield return ("GET", "/readyz", new ApiOperation(Own, "ready", "Whether the server is ready.", """{"status":"ok"}""", null, 503));
        yield return ("GET", "/healthz", new ApiOperation(Own, "health", "Whether every model that was found is loaded.", """{"status":"ok","models":["digits"],"failed":[]}""", null, 503));
        yield return ("GET", "/page/overview", new ApiOperation(Own, "pageOverview", "What the page shows: models with versions and shares of the traffic, traffic in steps of 5 s, recent errors by kind.", """
            {"server":{"name":"maas","version":"0.1.0","ready":true,"time":1767225600000,"started":1767225000000,"memory_bytes":134217728,"step_seconds":5,"most_steps":180},
             "models":[{"name":"digits","route":null,"versions":[{"version":3,"state":"AVAILABLE","servable":true,"labels":["stable"],"share":1,"bytes":1048576,"error_code":"OK","error_message":""}]}],
             "traffic":[{"time":1767225600000,"seconds":5,"models":[{"name":"digits","version":3,"requests":64,"errors":0,"p50_ms":0.4,"p99_ms":1.2}]}],
             "errors":[{"model":"digits","version":3,"kind":"input","count":2,"first":1767225500000,"last":1767225600000}],
             "shadow":[{"model":"digits","shadow":"digits@canary","equal":64,"different":0,"failed":0,"dropped":0,"largestDifference":0}]}
            """, null, 400)
        { Query = [("since", "Leaves out steps that ended at this time or before, in milliseconds since 1970.")] });
        yield return ("GET", "/page/models/{name}", new ApiOperation(Own, "pageModel", "What the page needs to ask a model.", """
            {"name":"digits","task":"classification","description":"Handwritten digits.","has_baseline":true,"takes_text":false,"writes_text":false,
             "image":{"channels":1,"height":28,"width":28,"black":-0.42},"inputs":[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}],"metrics":{"accuracy":0.99}}
            """, null, 404));
        yield return ("POST", "/predict", new ApiOperation(
            Own, "predict",
            "Runs a model on rows, columns, pixels or texts; a classifier answers labels and probabilities.",
            """{"predictions":[{"label":"cat","probabilities":{"cat":0.9,"dog":0.1}}]}""", """{"images":[[[0,255],[128,64]]]}""", 400, 404, 413, 415, 429, 503, 504)

        {
            Query = [
                ("model", "The model; may be left out where there is one, or a default."),
                ("version", "Its version; the model's route decides by default.")],
        });
    }
}
