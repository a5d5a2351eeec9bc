using System.Net;

namespace MaaS.Serving.Tests.Protocols.TensorFlow;

public sealed class TensorFlowEndpointsTests : ServerFixture
{
    private const string Linear1 = "/v1/models/linear:predict";
    private const string Mixed = "/v1/models/mixed:predict";

    [TestCase(Linear1)]
    [TestCase("/v1/models/linear/versions/1:predict")]
    public async Task Predict_Rows_EqualsNumpy(string path)
    {
        var answer = await Server.PostAsync(
            path, $$"""{"signature_name": "serving_default", "instances": {{Linear.GetProperty("x")}}}""");

        Assert.That(answer.GetProperty("predictions").GetArrayLength(), Is.EqualTo(2));
        Assert.That(
            Flatten(answer.GetProperty("predictions")), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [Test]
    public async Task Predict_NamedRows_EqualsNumpy()
    {
        var x = Linear.GetProperty("x");

        var answer = await Server.PostAsync(Linear1, $$"""{"instances": [{"x": {{x[0]}}}, {"x": {{x[1]}}}]}""");

        Assert.That(
            Flatten(answer.GetProperty("predictions")), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [TestCase("""{"inputs": X}""")]
    [TestCase("""{"inputs": {"x": X}}""")]
    public async Task Predict_Columns_EqualsNumpy(string body)
    {
        var answer = await Server.PostAsync(
            Linear1, body.Replace("X", Linear.GetProperty("x").ToString(), StringComparison.Ordinal));

        Assert.That(Flatten(answer.GetProperty("outputs")), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [Test]
    public async Task Predict_SeveralInputsAndOutputs_AnswersObjects()
    {
        const string Rows = """{"instances": [{"numbers": 1, "flags": true, "words": "a"}, {"words": {"b64": "w6Q="}, "flags": false, "numbers": -5}]}""";
        const string Columns = """{"inputs": {"numbers": [1, -5], "flags": [true, false], "words": ["a", "ä"]}}""";

        var rows = await Server.PostAsync(Mixed, Rows);
        var columns = await Server.PostAsync(Mixed, Columns);

        Assert.That(rows.GetProperty("predictions")[0].GetProperty("sum").GetInt64(), Is.EqualTo(2));
        Assert.That(rows.GetProperty("predictions")[1].GetProperty("echo").GetString(), Is.EqualTo("ä"));
        Assert.That(Flatten(columns.GetProperty("outputs").GetProperty("sum")), Is.EqualTo(new[] { 2, -5 }));
        Assert.That(columns.GetProperty("outputs").GetProperty("echo")[1].GetString(), Is.EqualTo("ä"));
    }

    [Test]
    public async Task Predict_NonFinite_TakesAndGivesTokens()
    {
        var answer = await Server.PostTextAsync(
            "/v1/models/same:predict",
            """{"instances": [[NaN, Infinity], [-Infinity, 1.5]], "NaN \" Infinity": "NaN"}""");

        Assert.That(answer, Is.EqualTo("""{"predictions":[[NaN,Infinity],[-Infinity,1.5]]}"""));
    }

    [Test]
    public async Task Predict_Float32Limits_KeepEveryBit()
    {
        var answer = await Server.PostTextAsync(
            "/v1/models/same:predict", """{"instances": [[3.4028235e38, 1.4e-45, 0.1, -0.0, 16777217]]}""");

        Assert.That(answer, Is.EqualTo("""{"predictions":[[3.4028235E+38,1E-45,0.1,-0,16777216]]}"""));
    }

    [TestCase("", "JSON")]
    [TestCase("{", "JSON")]
    [TestCase("[1]", "object with 'instances' or 'inputs'")]
    [TestCase("{}", "'instances' or 'inputs', got none")]
    [TestCase("""{"instances": [[1,2,3,4]]} x""", "JSON")]
    [TestCase("""{"instances": [[1,2,3,4]], "inputs": [[1,2,3,4]]}""", "got two")]
    [TestCase("""{"instances": 5}""", "expected an array of samples")]
    [TestCase("""{"instances": [[1,2,3]]}""", "expected float32[batch,4], got float32[1,3]")]
    [TestCase("""{"instances": []}""", "got float32[0]")]
    [TestCase("""{"instances": [[1,2,3,4],[1,2,3]]}""", "arrays of 4 and of 3")]
    [TestCase("""{"instances": [[1,2,3,[4]]]}""", "side by side")]
    [TestCase("""{"instances": [[1,2,3,"a"]]}""", "expected float32 values, got the text 'a' as element 3")]
    [TestCase("""{"instances": [[1,2,3,null]]}""", "got null")]
    [TestCase("""{"instances": [[1,2,3,{}]]}""", "got an object")]
    [TestCase("""{"instances": [[1,2,3,1e39]]}""", "got 1e39")]
    [TestCase("""{"instances": [{"z": [1,2,3,4]}]}""", "expected the inputs [x], got 'z'")]
    [TestCase("""{"instances": [{}]}""", "'x'")]
    [TestCase("""{"instances": [{"x": [1,2,3,4], "x": [1,2,3,4]}]}""", "twice")]
    [TestCase("""{"inputs": {"x": [[1,2,3,4]], "x": [[1,2,3,4]]}}""", "twice")]
    [TestCase("""{"inputs": {}}""", "'x' is missing")]
    [TestCase("""{"signature_name": "other", "instances": [[1,2,3,4]]}""", "serving_default")]
    public async Task Predict_BadRequest_NamesWhatWasExpected(string body, string message)
        => Assert.That(await Server.ErrorAsync(Linear1, body), Does.Contain(message));

    [TestCase("""{"instances": [1]}""", "each instance to be an object with the inputs [numbers, flags, words]")]
    [TestCase("""{"instances": [{"numbers": 1.5, "flags": true, "words": "a"}]}""", "expected int64 values, got 1.5")]
    [TestCase(
        """{"instances": [{"numbers": 9223372036854775808, "flags": true, "words": "a"}]}""", "expected int64 values")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": 1, "words": "a"}]}""", "expected bool values, got 1")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": true, "words": 7}]}""", "expected string values, got 7")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": true, "words": {"b64": "***"}}]}""", "base64")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": true, "words": {}}]}""", "another object")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": true, "words": "\ud800"}]}""", "Unicode")]
    [TestCase("""{"instances": [{"\ud800": 1}]}""", "Unicode")]
    [TestCase("""{"instances": [{"numbers": 1, "flags": true}]}""", "'words' is missing")]
    [TestCase(
        """{"instances": [{"numbers": 1, "flags": true, "words": "a"}, {"numbers": [1], "flags": true, "words": "a"}]}""", "one shape")]
    public async Task Predict_BadTypes_NamesTheInput(string body, string message)
        => Assert.That(await Server.ErrorAsync(Mixed, body), Does.Contain(message));

    [Test]
    public async Task Predict_BytesThatAreNoText_AreTakenAndNamedWhereJsonCannotAnswerThem()
    {
        using var content = new StringContent(
            """{"instances": [{"numbers": 1, "flags": true, "words": {"b64": "/w=="}}]}""");
        using var response = await Server.Client.PostAsync(new Uri(Mixed, UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("expected UTF-8 from the model"));
    }

    [Test]
    public async Task Predict_NoUtf8_Is400()
    {
        using var content = new ByteArrayContent([.. "{\"instances\": [\""u8, 0xFF, .. "\"]}"u8]);
        using var response = await Server.Client.PostAsync(new Uri(Linear1, UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("UTF-8"));
    }

    [Test]
    public async Task Predict_NoEntryARow_SaysToUseInputs()
    {
        Assert.That(
            await Server.ErrorAsync("/v1/models/total:predict", """{"instances": [1, 2]}"""),
            Does.Contain("use 'inputs'"));
        Assert.That(
            (await Server.PostAsync("/v1/models/total:predict", """{"inputs": [1, 2]}""")).GetProperty("outputs")
                .GetDouble(), Is.EqualTo(3));
    }

    [Test]
    public async Task Predict_ModelRefusesValues_Is400WithoutDetails()
    {
        var error = await Server.ErrorAsync("/v1/models/gather:predict", """{"instances": [99]}""");

        Assert.That(error, Does.Contain("refused"));
        Assert.That(error, Does.Not.Contain("/").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Predict_UnknownModelOrVersion_Is404()
    {
        const string Body = """{"instances": [[1,2,3,4]]}""";

        Assert.That(
            await Server.ErrorAsync("/v1/models/none:predict", Body, HttpStatusCode.NotFound),
            Does.Contain("linear").And.Contain("got 'none'"));
        Assert.That(
            await Server.ErrorAsync("/v1/models/linear/versions/9:predict", Body, HttpStatusCode.NotFound),
            Does.Contain("[1], got '9'"));
        Assert.That(
            await Server.ErrorAsync("/v1/models/linear/versions/abc:predict", Body, HttpStatusCode.NotFound),
            Does.Contain("'abc'"));
    }

    [Test]
    public async Task Status_RegisteredModel_ListsLatestAndLabelledVersions()
    {
        var all = (await Server.GetAsync("/v1/models/registered")).GetProperty("model_version_status");
        var one = (await Server.GetAsync("/v1/models/registered/versions/1")).GetProperty("model_version_status");

        Assert.That(
            all.EnumerateArray().Select(s => s.GetProperty("version").GetString()), Is.EqualTo(new[] { "3", "1" }));
        Assert.That(one[0].GetProperty("state").GetString(), Is.EqualTo("AVAILABLE"));
        Assert.That(one[0].GetProperty("status").GetProperty("error_code").GetString(), Is.EqualTo("OK"));
        await Server.GetAsync("/v1/models/registered/versions/2", HttpStatusCode.NotFound);
        await Server.GetAsync("/v1/models/none", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task AnyAddress_NotThere_IsJsonError()
    {
        Assert.That(
            (await Server.GetAsync("/nowhere", HttpStatusCode.NotFound)).GetProperty("error").GetString(),
            Does.Contain("/nowhere"));
        Assert.That(
            (await Server.GetAsync(Linear1, HttpStatusCode.NotFound)).GetProperty("error").GetString(), Is.Not.Empty);
        Assert.That(await Server.ErrorAsync("/healthz", "{}", HttpStatusCode.MethodNotAllowed), Does.Contain("POST"));
    }
}
