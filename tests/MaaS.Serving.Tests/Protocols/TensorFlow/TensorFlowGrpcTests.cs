using System.Text.Json;
using MaaS.Serving.Tests.Grpc;

namespace MaaS.Serving.Tests.Protocols.TensorFlow;

/// <summary>TensorFlow Serving's gRPC interface as Google's own client sees it.</summary>
public sealed class TensorFlowGrpcTests : ServerFixture
{
    private const string Prediction = "tensorflow.serving.PredictionService";
    private const string Models = "tensorflow.serving.ModelService";

    private PythonGrpcClient _client = null!;

    [OneTimeSetUp]
    public void StartClient() => _client = new PythonGrpcClient(Server.GrpcAddress);

    [OneTimeTearDown]
    public void StopClient() => _client.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public void Predict_ContentOrValues_EqualsNumpy(bool isContent)
    {
        var x = Flatten(Linear.GetProperty("x"));
        var values = isContent
            ? $"\"tensor_content\": \"{Convert.ToBase64String([.. x.SelectMany(v => BitConverter.GetBytes((float)v))])}\""
            : $"\"float_val\": {JsonSerializer.Serialize(x)}";

        var answer = Ok(Prediction, "Predict", $$"""
            {"model_spec": {"name": "linear", "signature_name": "serving_default"},
             "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": 2}, {"size": 4}]}, {{values}} } } }
            """);

        var y = answer.GetProperty("outputs").GetProperty("y");
        Assert.That(Flatten(y.GetProperty("float_val")), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
        Assert.That(
            y.GetProperty("tensor_shape").GetRawText(), Is.EqualTo("""{"dim": [{"size": "2"}, {"size": "3"}]}"""));
        Assert.That(
            answer.GetProperty("model_spec").GetRawText(),
            Does.Contain("\"name\": \"linear\"").And.Contain("\"version\": \"1\""));
    }

    [Test]
    public void Predict_LastValueLeftOut_IsRepeated()
    {
        var answer = Ok(Prediction, "Predict", """
            {"model_spec": {"name": "same"}, "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": 2}, {"size": 2}]}, "float_val": [1, 2]}}}
            """);

        Assert.That(
            Flatten(answer.GetProperty("outputs").GetProperty("y").GetProperty("float_val")),
            Is.EqualTo(new[] { 1.0, 2, 2, 2 }));
    }

    [Test]
    public void Predict_TypesAndFilter_GivesWhatWasAskedFor()
    {
        var answer = Ok(Prediction, "Predict", """
            {"model_spec": {"name": "mixed"}, "output_filter": ["echo"], "inputs": {
              "words": {"dtype": "DT_STRING", "tensor_shape": {"dim": [{"size": 2}]}, "string_val": ["w6Q=", ""]},
              "numbers": {"dtype": "DT_INT64", "tensor_shape": {"dim": [{"size": 2}]}, "int64_val": ["1", "2"]},
              "flags": {"dtype": "DT_BOOL", "tensor_shape": {"dim": [{"size": 2}]}, "bool_val": [true, false]}}}
            """);

        var outputs = answer.GetProperty("outputs");
        Assert.That(outputs.EnumerateObject().Select(o => o.Name), Is.EqualTo(new[] { "echo" }));
        Assert.That(outputs.GetProperty("echo").GetProperty("string_val").GetRawText(), Is.EqualTo("""["w6Q=", ""]"""));
    }

    [Test]
    public void Predict_VersionAndLabel_ChooseTheModel()
    {
        Assert.That(Version("\"version\": 3"), Is.EqualTo("3"));
        Assert.That(Version("\"version_label\": \"stable\""), Is.EqualTo("1"));

        string Version(string spec) => Ok(Prediction, "Predict", $$"""
            {"model_spec": {"name": "registered", {{spec}}}, "inputs": {"image": {"dtype": "DT_FLOAT",
             "tensor_shape": {"dim": [{"size": 1}, {"size": 1}, {"size": 28}, {"size": 28}]} } } }
            """).GetProperty("model_spec").GetProperty("version").GetString()!;
    }

    [TestCase("""{"inputs": {}}""", "INVALID_ARGUMENT", "model_spec")]
    [TestCase("""{"model_spec": {"name": "none"}}""", "NOT_FOUND", "none")]
    [TestCase("""{"model_spec": {"name": "linear", "version": 9}}""", "NOT_FOUND", "9")]
    [TestCase(
        """{"model_spec": {"name": "linear", "signature_name": "other"}}""", "INVALID_ARGUMENT", "serving_default")]
    [TestCase("""{"model_spec": {"name": "linear"}}""", "INVALID_ARGUMENT", "'x' is missing")]
    [TestCase("""{"model_spec": {"name": "linear"}, "output_filter": ["y", "y"]}""", "INVALID_ARGUMENT", "once")]
    [TestCase(
        """{"model_spec": {"name": "linear"}, "inputs": {"x": {"tensor_shape": {}}}}""", "INVALID_ARGUMENT", "dtype")]
    [TestCase("""
        {"model_spec": {"name": "linear"}, "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": 1}, {"size": 2}]}, "float_val": [1, 2, 3]}}}
        """, "INVALID_ARGUMENT", "at most 2")]
    [TestCase("""
        {"model_spec": {"name": "linear"}, "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "999999999"}, {"size": 4}]}, "float_val": [1]}}}
        """, "INVALID_ARGUMENT", "repeated")]
    [TestCase("""
        {"model_spec": {"name": "linear"}, "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": 1}, {"size": 4}]}, "tensor_content": "AAAA"}}}
        """, "INVALID_ARGUMENT", "16 bytes")]
    public void Predict_BadRequest_IsRefused(string request, string code, string expected)
        => Assert.That(Fails(Prediction, "Predict", request, code), Does.Contain(expected));

    [Test]
    public void Classify_Examples_GivesLabelsAndProbabilities()
    {
        var image = string.Join(',', Flatten(Conv.GetProperty("pixels")).Take(784).Select(p => p / 255));
        var json = Server.PostAsync(
            "/v1/models/digits:classify",
            $$"""{"examples": [{"image": [{{image}}]}, {"image": [{{image}}]} ]}""").Result;

        var answer = Ok(Prediction, "Classify", $$$"""
            {"model_spec": {"name": "digits"}, "input": {"example_list": {"examples": [
              {"features": {"feature": {"image": {"float_list": {"value": [{{{image}}}]} } } }},
              {"features": {"feature": {"image": {"float_list": {"value": [{{{image}}}]} } } }}] } } }
            """).GetProperty("result").GetProperty("classifications");

        Assert.That(answer.GetArrayLength(), Is.EqualTo(2));
        Assert.That(
            answer[1].GetProperty("classes").EnumerateArray()
                .Select(c => $"{c.GetProperty("label")} {c.GetProperty("score").GetSingle():G5}"),
            Is.EqualTo(json.GetProperty("results")[1].EnumerateArray().Select(c => $"{c[0]} {c[1].GetSingle():G5}")));
    }

    [Test]
    public void Regress_ExamplesWithContext_EqualsJson()
    {
        var json = Server.PostAsync("/v1/models/scale:regress", """{"examples": [{"x": 1}, {"x": [3]}]}""").Result;

        var answer = Ok(Prediction, "Regress", """
            {"model_spec": {"name": "scale"}, "input": {"example_list_with_context": {"context": {}, "examples": [
              {"features": {"feature": {"x": {"float_list": {"value": [1]}}}}},
              {"features": {"feature": {"x": {"float_list": {"value": [3]}}}}}]}}}
            """);

        Assert.That(
            answer.GetProperty("result").GetProperty("regressions").EnumerateArray()
                .Select(r => r.GetProperty("value").GetDouble()),
            Is.EqualTo(json.GetProperty("results").EnumerateArray().Select(r => r.GetDouble())).Within(1e-6));
    }

    [Test]
    public void Classify_OtherKindOfFeature_IsRefused()
        => Assert.That(
            Fails(Prediction, "Classify", """
                {"model_spec": {"name": "digits"}, "input": {"example_list": {"examples": [{"features": {"feature": {"image": {"int64_list": {"value": [1]}}}}}]}}}
                """, "INVALID_ARGUMENT"),
            Does.Contain("FloatList"));

    [Test]
    public void MultiInference_RegressTask_AnswersInOrder()
    {
        const string Input = """
            "input": {"example_list": {"examples": [{"features": {"feature": {"x": {"float_list": {"value": [1]}}}}}]}}
            """;
        const string Task = """{"model_spec": {"name": "scale"}, "method_name": "tensorflow/serving/regress"}""";

        var answer = Ok(Prediction, "MultiInference", $$"""{"tasks": [{{Task}}], {{Input}}}""");

        Assert.That(
            answer.GetProperty("results")[0].GetProperty("regression_result").GetProperty("regressions")
                .GetArrayLength(), Is.EqualTo(1));
        Assert.That(
            Fails(Prediction, "MultiInference", $$"""{"tasks": [{{Task}}, {{Task}}], {{Input}}}""", "INVALID_ARGUMENT"),
            Does.Contain("once"));
    }

    [Test]
    public void GetModelMetadata_SignatureDef_NamesTypesAndShapes()
    {
        var answer = Ok(
            Prediction, "GetModelMetadata",
            """{"model_spec": {"name": "linear"}, "metadata_field": ["signature_def"]}""");

        var map = answer.GetProperty("metadata").GetProperty("signature_def");
        var signature = map.GetProperty("signature_def").GetProperty("serving_default");
        Assert.That(
            map.GetProperty("@type").GetString(), Is.EqualTo("type.googleapis.com/tensorflow.serving.SignatureDefMap"));
        Assert.That(
            signature.GetProperty("inputs").GetProperty("x").GetProperty("dtype").GetString(), Is.EqualTo("DT_FLOAT"));
        Assert.That(
            signature.GetProperty("inputs").GetProperty("x").GetProperty("tensor_shape").GetRawText(),
            Does.Contain("\"size\": \"4\""));
        Assert.That(
            Fails(Prediction, "GetModelMetadata", """{"model_spec": {"name": "linear"}}""", "INVALID_ARGUMENT"),
            Does.Contain("signature_def"));
    }

    [Test]
    public void GetModelStatus_Versions_AreListedWithStates()
    {
        var all = Ok(Models, "GetModelStatus", """{"model_spec": {"name": "registered"}}""")
            .GetProperty("model_version_status");
        var one = Ok(Models, "GetModelStatus", """{"model_spec": {"name": "registered", "version_label": "stable"}}""")
            .GetProperty("model_version_status");

        Assert.That(all[0].GetRawText(), Does.Contain("\"version\": \"3\"").And.Contain("\"state\": \"AVAILABLE\""));
        Assert.That(one.EnumerateArray().Select(s => s.GetProperty("version").GetString()), Is.EqualTo(new[] { "1" }));
        Fails(Models, "GetModelStatus", """{"model_spec": {"name": "none"}}""", "NOT_FOUND");
    }

    [Test]
    public void Methods_ThatAreNotThere_AreUnimplemented()
    {
        Fails(Models, "HandleReloadConfigRequest", "{}", "UNIMPLEMENTED");
        Fails(Prediction, "PredictStreamed", "{}", "UNIMPLEMENTED");
    }

    private JsonElement Ok(string service, string method, string request)
        => _client.Ok(method, request, step => step["service"] = service);

    private string Fails(string service, string method, string request, string code)
        => _client.Fails(method, request, code, step => step["service"] = service);
}
