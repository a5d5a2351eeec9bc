namespace MaaS.Serving.OpenApi;

/// <summary>The operations of TensorFlow Serving's REST interface.</summary>
internal static class TensorFlowOperations
{
    private const string Status = """
        {"model_version_status":[{"version":"3","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}
        """;

    private const string Signature = """
        {"model_spec":{"name":"digits","signature_name":"","version":"3"},
         "metadata":{"signature_def":{"signature_def":{"serving_default":{
          "inputs":{"image":{"dtype":"DT_FLOAT",
           "tensor_shape":{"dim":[{"size":"-1","name":"batch"}],"unknown_rank":false},"name":"image"}},
          "outputs":{"logits":{"dtype":"DT_FLOAT",
           "tensor_shape":{"dim":[{"size":"-1","name":"batch"}],"unknown_rank":false},"name":"logits"}},
          "method_name":"tensorflow/serving/predict","defaults":{}}}}}}
        """;

    // What running a model can be refused with.
    private static readonly int[] Refusals = [400, 404, 413, 415, 429, 503, 504];

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All()
    {
        yield return ("GET", "/v1/models", Of(
            "tfModels", "Names of the models that can answer, as KServe and OpenAI list them.",
            """
            {"models":["digits"],"object":"list",
             "data":[{"id":"digits","object":"model","created":1767225600,"owned_by":"maas"}]}
            """));
        (string, string)[] kinds = [("", ""), ("/versions/{version}", "OfVersion"), ("/labels/{label}", "OfLabel")];
        foreach (var (suffix, name) in kinds)
        {
            var model = "/v1/models/{name}" + suffix;
            yield return ("GET", model, Of(
                "tfStatus" + name, "States of a model's versions.",
                suffix.Length > 0 ? Status
                    : """{"id":"digits","object":"model","created":1767225600,"owned_by":"maas","""
                        + Status.Trim()[1..],
                null, 404));
            yield return ("GET", model + "/metadata", Of(
                "tfMetadata" + name, "A model's signature.", Signature, null, 404));
            yield return ("POST", model + ":predict", Of(
                "tfPredict" + name, "Runs a model on rows ('instances') or columns ('inputs').",
                """{"predictions":[[0.5,1.5]]}""",
                """{"signature_name":"serving_default","instances":[[1,2,3,4]]}""", Refusals) with
            {
                OtherBodies = ["application/x-protobuf"],
                OtherAnswer = "application/x-protobuf",
                Description = """
                    A classifier of texts takes raw texts: {"instances":["You have won"]}. A serialized
                    tensorflow.serving.PredictRequest is answered with a serialized PredictResponse.
                    """,
            });
            yield return ("POST", model + ":classify", Of(
                "tfClassify" + name, "Label and score of every class for each example.",
                """{"results":[[["cat",0.9],["dog",0.1]]]}""",
                """{"signature_name":"serving_default","context":{},"examples":[{"x":[1,2,3,4]}]}""", Refusals));
            yield return ("POST", model + ":regress", Of(
                "tfRegress" + name, "One value for each example.", """{"results":[3.5]}""",
                """{"signature_name":"serving_default","context":{},"examples":[{"x":1}]}""", Refusals));
        }
    }

    private static ApiOperation Of(
        string id, string summary, string? response, string? request = null, params int[] errors)
        => new("TensorFlow Serving", id, summary, response, request, errors);
}
