using MaaS.Serving.Http;

namespace MaaS.Serving.OpenApi;

/// <summary>The operations of the Open Inference Protocol.</summary>
internal static class OpenInferenceOperations
{
    private const string Model = """
        {"name":"linear","versions":["1"],"platform":"onnx_onnxv1",
         "inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],
         "outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]}]}
        """;

    private const string Configuration = """
        {"name":"linear","platform":"onnx_onnxv1","backend":"onnxruntime","max_batch_size":32,
         "input":[{"name":"x","data_type":"TYPE_FP32","dims":[4]}],
         "output":[{"name":"y","data_type":"TYPE_FP32","dims":[2]}]}
        """;

    private const string Statistics = """
        {"model_stats":[{"name":"digits","version":"3","last_inference":1767225600000,
         "inference_count":64,"execution_count":8,
         "inference_stats":{
          "success":{"count":64,"ns":9000000},"fail":{"count":0,"ns":0},"queue":{"count":64,"ns":400000},
          "compute_input":{"count":64,"ns":300000},"compute_infer":{"count":64,"ns":8000000},
          "compute_output":{"count":64,"ns":300000},"cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},
         "response_stats":{},
         "batch_stats":[{"batch_size":8,"compute_input":{"count":8,"ns":300000},
          "compute_infer":{"count":8,"ns":8000000},"compute_output":{"count":8,"ns":300000}}],
         "memory_usage":[]}]}
        """;

    private const string InferRequest = """
        {"id":"42","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],
         "outputs":[{"name":"y","parameters":{"binary_data":false,"classification":0}}],
         "parameters":{"binary_data_output":false,"priority":0,"timeout":0}}
        """;

    private const string InferResponse = """
        {"model_name":"linear","model_version":"1","id":"42",
         "outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.5,1.5]}]}
        """;

    private const string GenerateRequest = """
        {"id":"42","text_input":"Call me","parameters":{"max_tokens":64,"temperature":0.8,"top_k":0,"top_p":0.95,
         "repetition_penalty":1,"seed":1,"stop_tokens":[0]}}
        """;

    private const string GenerateResponse = """
        {"model_name":"story","model_version":"1","id":"42","text_output":" Ishmael","finish_reason":"length",
         "tokens":64}
        """;

    private const string Texts =
        "A classifier of texts takes raw texts, which the server cleans and tokenises: "
        + """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["You have won"]}]}.""";

    // What running a model can be refused with.
    private static readonly int[] Refusals = [400, 404, 413, 415, 429, 503, 504];

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All()
        => [.. OfServer(), .. OfModel("", ""), .. OfModel("/versions/{version}", "OfVersion"), .. OfRepository()];

    private static IEnumerable<(string, string, ApiOperation)> OfServer()
    {
        yield return ("GET", "/v2", Of(
            "v2Server", "Name, version and extensions of the server.",
            """{"name":"maas","version":"0.1.0","extensions":["binary_tensor_data"]}"""));
        yield return ("GET", "/v2/models", Of(
            "v2Models", "Names of the models that can answer.", """{"models":["digits"]}"""));
        yield return ("GET", "/v2/health/live", Of("v2Live", "Whether the server lives.", """{"live":true}"""));
        yield return ("GET", "/v2/health/ready", Of(
            "v2Ready", "Whether every model can answer.", """{"ready":true,"live":true}""", null, 503));
        yield return ("GET", "/v2/models/stats", Of(
            "v2StatisticsOfAll", "Counts and durations of every model.", Statistics));
    }

    private static IEnumerable<(string, string, ApiOperation)> OfModel(string suffix, string name)
    {
        var model = "/v2/models/{name}" + suffix;
        yield return ("GET", model, Of("v2Model" + name, "What a model takes and gives.", Model, null, 404));
        yield return ("GET", model + "/ready", Of(
            "v2ModelReady" + name, "Whether a model can answer.", """{"name":"linear","ready":true}""", null,
            404, 503));
        yield return ("GET", model + "/config", Of(
            "v2Config" + name, "A model's configuration.", Configuration, null, 404));
        yield return ("GET", model + "/stats", Of(
            "v2Statistics" + name, "Counts and durations of a model.", Statistics, null, 404));
        yield return ("POST", model + "/infer", Of(
            "v2Infer" + name,
            "Runs a model on JSON tensors, or on binary ones that follow the JSON part "
                + "(Inference-Header-Content-Length).",
            InferResponse, InferRequest, Refusals) with
        {
            OtherBodies = ["application/octet-stream"],
            OtherAnswer = "application/octet-stream",
            Description = Texts,
        });
        yield return ("POST", model + "/generate", Of(
            "v2Generate" + name, "Continues a text.", GenerateResponse, GenerateRequest, Refusals));
        yield return ("POST", model + "/generate_stream", Of(
            "v2GenerateStream" + name,
            "Continues a text, piece by piece: server-sent events, of which the last has a finish_reason or is an "
                + "error.",
            GenerateResponse, GenerateRequest, Refusals) with
        { AnswerType = EventStream.ContentType });
    }

    private static IEnumerable<(string, string, ApiOperation)> OfRepository()
    {
        yield return ("POST", "/v2/repository/index", Of(
            "v2Index", "The models of the repository.",
            """[{"name":"linear","version":"1","state":"READY","reason":""}]""", """{"ready":true}""", 400));
        yield return ("POST", "/v2/repository/models/{name}/load", Of(
            "v2Load", "Loads a model, or what is new of it.", null, """{"parameters":{}}""", 400, 404));
        yield return ("POST", "/v2/repository/models/{name}/unload", Of(
            "v2Unload", "Unloads a model.", null, """{"parameters":{"unload_dependents":false}}""", 400, 404, 409));
    }

    private static ApiOperation Of(
        string id, string summary, string? response, string? request = null, params int[] errors)
        => new("Open Inference Protocol", id, summary, response, request, errors);
}
