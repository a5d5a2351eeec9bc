using System.Net;

namespace MaaS.Serving.Tests.Protocols.OpenInference;

public sealed class OpenInferenceEndpointsTests : ServerFixture
{
    private const string TwoOfThem = """{"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1]}], "outputs": [{"name": "y"}, {"name": "y"}]}""";

    [Test]
    public async Task Infer_OutputTwice_IsRefused()
        => Assert.That(await Server.ErrorAsync("/v2/models/same/infer", TwoOfThem), Does.Contain("'y' twice"));

    [TestCase("/v2/models/same/versions/9223372036854775808/infer")]
    [TestCase("/v1/models/same/versions/99999999999999999999:predict")]
    public async Task Version_BeyondSixtyThreeBits_IsRefused(string path)
        => Assert.That(await Server.ErrorAsync(path, "{}"), Does.Contain("63 bits"));

    [TestCase(NonFiniteNumbers.Tokens, "[1,NaN,Infinity]")]
    [TestCase(NonFiniteNumbers.Null, "[1,null,null]")]
    public async Task NonFinite_ByOption_StandsAsTokensOrNull(NonFiniteNumbers numbers, string expected)
    {
        using var models = new ModelsFolder().Add("same");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.NonFiniteNumbers) = (models.Path, numbers));

        var v2 = await server.PostTextAsync(
            "/v2/models/same/infer",
            """{"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, NaN, Infinity]}]}""");
        var v1 = await server.PostTextAsync("/v1/models/same:predict", """{"instances": [[1, NaN, Infinity]]}""");

        Assert.That(v2, Does.Contain(expected));
        Assert.That(v1, Does.Contain(expected));
    }

    [Test]
    public async Task NonFinite_AsError_IsAnsweredWithOne()
    {
        using var models = new ModelsFolder().Add("same");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.NonFiniteNumbers) = (models.Path, NonFiniteNumbers.Error));

        Assert.That(
            await server.ErrorAsync(
                "/v1/models/same:predict", """{"instances": [[NaN]]}""", HttpStatusCode.UnprocessableEntity),
                Does.Contain("finite"));
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1]]}""");
    }

    private const string LinearInfer = "/v2/models/linear/infer";
    private const string MixedInfer = "/v2/models/mixed/infer";

    [Test]
    public async Task Server_Metadata_NamesItself()
    {
        var server = await Server.GetAsync("/v2");

        Assert.That(server.GetProperty("name").GetString(), Is.EqualTo("maas"));
        Assert.That(
            server.GetProperty("extensions").EnumerateArray().Select(e => e.GetString()),
            Does.Contain("binary_tensor_data"));
        Assert.That((await Server.GetAsync("/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.That((await Server.GetAsync("/v2/health/ready")).GetProperty("ready").GetBoolean());
    }

    [Test]
    public async Task Model_Metadata_DescribesTensors()
    {
        var model = await Server.GetAsync("/v2/models/registered");

        Assert.That(model.GetProperty("versions").GetRawText(), Is.EqualTo("""["1","3"]"""));
        Assert.That(
            model.GetProperty("inputs").GetRawText(),
            Is.EqualTo("""[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}]"""));
        Assert.That(
            model.GetProperty("outputs").GetRawText(),
            Is.EqualTo("""[{"name":"logits","datatype":"FP32","shape":[-1,10]}]"""));
        Assert.That(
            (await Server.GetAsync("/v2/models/registered/versions/1/ready")).GetProperty("ready").GetBoolean());
        Assert.That(
            (await Server.GetAsync("/v2/models/none", HttpStatusCode.NotFound)).GetProperty("error").GetString(),
            Does.Contain("'none'"));
        await Server.GetAsync("/v2/models/none/ready", HttpStatusCode.NotFound);
        await Server.GetAsync("/v2/models/registered/versions/2/ready", HttpStatusCode.NotFound);
    }

    [TestCase("""{"id":"a-1","inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","data":X}]}""")]
    [TestCase(
        """{"id":"a-1","inputs":[{"data":X,"datatype":"FP32","shape":[2,4],"name":"x","parameters":{"a":[1]}}],"parameters":{"b":{}}}""")]
    [TestCase(
        """{"id":"a-1","inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","data":FLAT}],"outputs":[{"name":"y","parameters":{}}]}""")]
    public async Task Infer_NestedOrFlat_EqualsNumpy(string body)
    {
        var x = Linear.GetProperty("x");
        body = body.Replace("FLAT", $"[{string.Join(',', Flatten(x))}]", StringComparison.Ordinal)
            .Replace("X", x.ToString(), StringComparison.Ordinal);

        var answer = await Server.PostAsync(LinearInfer, body);

        var output = answer.GetProperty("outputs")[0];
        Assert.That(answer.GetProperty("id").GetString(), Is.EqualTo("a-1"));
        Assert.That(answer.GetProperty("model_name").GetString(), Is.EqualTo("linear"));
        Assert.That(answer.GetProperty("model_version").GetString(), Is.EqualTo("1"));
        Assert.That(output.GetProperty("shape").GetRawText(), Is.EqualTo("[2,3]"));
        Assert.That(output.GetProperty("datatype").GetString(), Is.EqualTo("FP32"));
        Assert.That(
            output.GetProperty("data").EnumerateArray().Select(v => v.GetDouble()),
            Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [Test]
    public async Task Infer_SelectedOutputsWithoutId_AnswersOnlyThese()
    {
        var answer = await Server.PostTextAsync(MixedInfer, Mixed("""[{"name":"echo"}]"""));

        Assert.That(answer, Is.EqualTo(
            """{"model_name":"mixed","model_version":"1","outputs":[{"name":"echo","datatype":"BYTES","shape":[2],"data":["a","b"]}]}"""));
    }

    [Test]
    public async Task Infer_AllOutputs_AnswersInModelOrder()
    {
        var answer = await Server.PostAsync(MixedInfer, Mixed("[]"));

        Assert.That(
            answer.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "sum", "echo" }));
        Assert.That(answer.GetProperty("outputs")[0].GetProperty("data").GetRawText(), Is.EqualTo("[6,-2]"));
    }

    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3]}]}""",
        "shape [1,4], flat or nested, got [3]")]
    [TestCase("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,2],[3,4]]}]}""", "got [2,2]")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""",
        "expected float32[batch,4], got float32[1,3]")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"INT32","data":[1,2,3,4]}]}""",
        "expected float32[batch,4], got int32[1,4]")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FLOAT","data":[1,2,3,4]}]}""",
        "datatype as FP32, got 'FLOAT'")]
    [TestCase("""{"inputs":[{"name":"x","shape":[-1,-4],"datatype":"FP32","data":[1,2,3,4]}]}""", "shape [-1,-4]")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[9223372036854775807,9223372036854775807],"datatype":"FP32","data":[1]}]}""",
        "shape")]
    [TestCase("""{"inputs":[{"name":"x","shape":"a","datatype":"FP32","data":[1]}]}""", "shape: expected an array")]
    [TestCase("""{"inputs":[{"name":"x","shape":[1.5],"datatype":"FP32","data":[1]}]}""", "shape: expected integers")]
    [TestCase(
        """{"inputs":[{"name":"z","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        "expected the inputs [x], got 'z'")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""",
        "expected 16 bytes after the JSON part, got 0")]
    [TestCase("""{"inputs":[]}""", "'x' is missing")]
    [TestCase("""{}""", "'x' is missing")]
    [TestCase("""{"inputs":5}""", "inputs: expected an array")]
    [TestCase("""{"inputs":[5]}""", "inputs: expected objects")]
    [TestCase("""{"id":5,"inputs":[]}""", "id: expected a text")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"z"}]}""",
        "among [y], got 'z'")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{}]}""",
        "expected a name")]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,2,3,4]],"data":[[1,2,3,4]]}]}""",
        "'data' once in each, got it twice")]
    [TestCase("""{"inputs":[{"name":"x","datatype":"FP32","data":[1,2,3,4],"name":"x","shape":[4]}]}""", "'name' once")]
    [TestCase("nonsense", "JSON")]
    public async Task Infer_BadRequest_NamesWhatWasExpected(string body, string message)
        => Assert.That(await Server.ErrorAsync(LinearInfer, body), Does.Contain(message));

    [Test]
    public async Task Infer_InputTwice_Is400()
    {
        const string X = """{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}""";

        Assert.That(await Server.ErrorAsync(LinearInfer, $$"""{"inputs":[{{X}},{{X}}]}"""), Does.Contain("twice"));
    }

    [Test]
    public async Task Infer_UnknownModel_Is404()
        => Assert.That(
            await Server.ErrorAsync("/v2/models/none/infer", "{}", HttpStatusCode.NotFound),
            Does.Contain("got 'none'"));

    private static string Mixed(string outputs) => $$"""
        {"inputs":[
            {"name":"words","shape":[2],"datatype":"BYTES","data":["a","b"]},
            {"name":"numbers","shape":[2],"datatype":"INT64","data":[5,-2]},
            {"name":"flags","shape":[2],"datatype":"BOOL","data":[true,false]}],
         "outputs":{{outputs}}}
        """;
}
