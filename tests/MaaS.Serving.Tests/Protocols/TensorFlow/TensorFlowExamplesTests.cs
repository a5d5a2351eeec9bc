using System.Net;

namespace MaaS.Serving.Tests.Protocols.TensorFlow;

public sealed class TensorFlowExamplesTests : ServerFixture
{
    private const string Classify = "/v1/models/linear:classify";

    [Test]
    public async Task Classify_BareModel_GivesScoresWithoutLabels()
    {
        var x = Linear.GetProperty("x");

        var answer = await Server.PostAsync(Classify, $$"""{"examples": [{"x": {{x[0]}}}, {"x": {{x[1]}}}]}""");

        var results = answer.GetProperty("results");
        Assert.That(results[0][0][0].GetString(), Is.Empty);
        Assert.That(results.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(c => c[1].GetDouble()),
            Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [Test]
    public async Task Classify_PackageWithLabels_GivesProbabilities()
    {
        var conv = Conv;
        var (scale, mean, std) = (
            conv.GetProperty("scale").GetDouble(), conv.GetProperty("mean").GetDouble(),
            conv.GetProperty("std").GetDouble());
        var image = string.Join(',', Flatten(conv.GetProperty("pixels")[0]).Select(p => ((p * scale) - mean) / std));

        var answer = await Server.PostAsync(
            "/v1/models/digits:classify", $$"""{"context": {"image": [{{image}}]}, "examples": [{}]}""");

        Assert.That(
            answer.GetProperty("results")[0].EnumerateArray().Select(c => c[0].GetString()),
            Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"digit {i}")));
        Assert.That(answer.GetProperty("results")[0].EnumerateArray().Select(c => c[1].GetDouble()),
            Is.EqualTo(Flatten(conv.GetProperty("probabilities")[0])).Within(1e-5));
    }

    [Test]
    public async Task Regress_OneValueEach_GivesAList()
        => Assert.That(
            await Server.PostTextAsync(
                "/v1/models/scale:regress",
                """{"signature_name": "", "examples": [{"x": 1.5}, {"x": [-2]}, {"x": NaN}]}"""),
            Is.EqualTo("""{"results":[3,-4,NaN]}"""));

    [TestCase(Classify, """{"examples": []}""", "at least one")]
    [TestCase(Classify, """{"examples": {}}""", "an array")]
    [TestCase(Classify, """{"instances": [[1,2,3,4]]}""", "'examples'")]
    [TestCase(Classify, """{"examples": [[1,2,3,4]]}""", "objects of features")]
    [TestCase(Classify, """{"examples": [{"x": [1,2,3]}]}""", "3 values of 'x'")]
    [TestCase(Classify, """{"examples": [{"x": [1,2,3,4]}, {"x": [1]}]}""", "got 4 and 1")]
    [TestCase(Classify, """{"examples": [{"x": [1,2,3,4]}, {}]}""", "example 1")]
    [TestCase(Classify, """{"examples": [{"z": 1}]}""", "got 'z'")]
    [TestCase(Classify, """{"examples": [{}]}""", "'x' is missing")]
    [TestCase(Classify, """{"context": {"x": [1,2,3,4]}, "examples": [{"x": [1,2,3,4]}]}""", "got it twice")]
    [TestCase(Classify, """{"signature_name": "other", "examples": [{"x": [1,2,3,4]}]}""", "signature_name")]
    [TestCase("/v1/models/linear:regress", """{"examples": [{"x": [1,2,3,4]}]}""", "use predict")]
    [TestCase("/v1/models/mixed:classify", """{"examples": [{"words": "a"}]}""", "use predict")]
    public async Task Examples_BadRequest_NamesWhatWasExpected(string path, string body, string message)
        => Assert.That(await Server.ErrorAsync(path, body), Does.Contain(message));

    [Test]
    public async Task Predict_OutputOfBytes_IsBase64()
        => Assert.That(await Server.PostTextAsync("/v1/models/text:predict", """{"instances": ["a", "ä"]}"""),
            Is.EqualTo("""{"predictions":[{"b64":"YQ=="},{"b64":"w6Q="}]}"""));

    [Test]
    public async Task Label_StatusAndPredict_LeadToItsVersion()
    {
        var status = await Server.GetAsync("/v1/models/registered/labels/stable");
        var metadata = await Server.GetAsync("/v1/models/registered/labels/stable/metadata");

        Assert.That(
            status.GetProperty("model_version_status").EnumerateArray().Single().GetProperty("version").GetString(),
            Is.EqualTo("1"));
        Assert.That(metadata.GetProperty("model_spec").GetProperty("version").GetString(), Is.EqualTo("1"));
        var image = $"[[{string.Join(',', Enumerable.Repeat($"[{string.Join(',', Enumerable.Repeat(0, 28))}]", 28))}]]";
        await Server.PostAsync("/v1/models/registered/labels/stable:predict", $$"""{"instances": [{{image}}]}""");
        await Server.GetAsync("/v1/models/registered/labels/none", HttpStatusCode.NotFound);
        await Server.PostAsync("/v1/models/registered/labels/none:predict", "{}", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Metadata_Model_IsASignature()
    {
        var signature = (await Server.GetAsync("/v1/models/linear/versions/1/metadata")).GetProperty("metadata")
            .GetProperty("signature_def").GetProperty("signature_def").GetProperty("serving_default");

        Assert.That(signature.GetProperty("method_name").GetString(), Is.EqualTo("tensorflow/serving/predict"));
        Assert.That(signature.GetProperty("inputs").GetRawText(), Is.EqualTo(
            """{"x":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":"batch"},{"size":"4","name":""}],"unknown_rank":false},"name":"x"}}"""));
        await Server.GetAsync("/v1/models/none/metadata", HttpStatusCode.NotFound);
    }
}
