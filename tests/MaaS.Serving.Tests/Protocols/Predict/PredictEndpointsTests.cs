using System.Net;
using System.Text.Json;

namespace MaaS.Serving.Tests.Protocols.Predict;

public sealed class PredictEndpointsTests : ServerFixture
{
    [TestCase("""{"input_data": [[1, 2], [3, 4]]}""", """{"predictions":[[1,2],[3,4]]}""")]
    [TestCase(
        """{"input_data": {"columns": ["a", "b"], "index": [0], "data": [[1, 2]]}}""", """{"predictions":[[1,2]]}""")]
    [TestCase("""{"input_data": {"x": [[1, 2]]}}""", """{"outputs":[[1,2]]}""")]
    public async Task Predict_InputData_IsTakenAsRowsOrColumns(string body, string expected)
        => Assert.That(await Server.PostTextAsync("/predict?model=same", body), Is.EqualTo(expected));

    [Test]
    public async Task Predict_OneImage_PixelsOrFileInBase64_AnswerAsImages()
    {
        var pixels = Flatten(Conv.GetProperty("pixels")[0]);
        var rows = $"[{string.Join(',', pixels.Chunk(28).Select(r => $"[{string.Join(',', r)}]"))}]";
        var file = Convert.ToBase64String([.. "P5 28 28 255\n"u8, .. pixels.Select(p => (byte)p)]);
        var expected = await Server.PostTextAsync("/predict?model=digits", $$"""{"images": [{{rows}}]}""");

        Assert.That(
            await Server.PostTextAsync("/predict?model=digits", $$"""{"image": {{rows}}}"""), Is.EqualTo(expected));
        Assert.That(
            await Server.PostTextAsync("/predict?model=digits", $$"""{"image": "{{file}}"}"""), Is.EqualTo(expected));
        Assert.That(
            await Server.PostTextAsync("/predict?model=digits", $$$"""{"image": {"b64": "{{{file}}}"}}"""),
            Is.EqualTo(expected));
    }

    [TestCase("digits", """{"image": "?"}""", "base64")]
    [TestCase("digits", """{"image": "AAAA"}""", "kind that this server decodes")]
    [TestCase("digits", """{"image": {"uri": "x"}}""", "b64")]
    [TestCase("same", """{"image": [[1]]}""", "preprocessing")]
    [TestCase("same", """{"input_data": {"y": [[1]]}}""", "'y'")]
    public async Task Predict_BadImageOrInputData_IsRefused(string model, string body, string expected)
        => Assert.That(await Server.ErrorAsync($"/predict?model={model}", body), Does.Contain(expected));

    private const string Digits = "/predict?model=digits";

    [Test]
    public async Task Predict_Images_NormalisesAndGivesProbabilities()
    {
        var answer = await Server.PostAsync(Digits, $$"""{"images": {{Conv.GetProperty("pixels")}}}""");

        AssertProbabilities(answer);
    }

    [Test]
    public async Task Predict_ImagesWithChannelAxis_GivesTheSame()
    {
        var pixels = Conv.GetProperty("pixels");

        AssertProbabilities(await Server.PostAsync(Digits, $$"""{"images": [[{{pixels[0]}}], [{{pixels[1]}}]]}"""));
    }

    [Test]
    public async Task Predict_Instances_AreTakenAsTheModelTakesThem()
    {
        var (mean, std, scale) = (
            Conv.GetProperty("mean").GetDouble(), Conv.GetProperty("std").GetDouble(),
            Conv.GetProperty("scale").GetDouble());
        var images = Conv.GetProperty("pixels").EnumerateArray()
            .Select(
                i => new[]
                {
                    i.EnumerateArray().Select(
                        r => r.EnumerateArray().Select(p => (p.GetDouble() * scale - mean) / std)),
                });

        AssertProbabilities(
            await Server.PostAsync(Digits, $$"""{"instances": {{JsonSerializer.Serialize(images)}}}"""));
    }

    [Test]
    public async Task Predict_ModelWithoutLabels_GivesRawOutputs()
    {
        var answer = await Server.PostAsync(
            "/predict?model=linear", $$"""{"instances": {{Linear.GetProperty("x")}}}""");

        Assert.That(
            Flatten(answer.GetProperty("predictions")), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [TestCase("""{"images": [[0, 0]]}""", "[N,1,28,28] (the 1 may be left out), got [1,2]")]
    [TestCase("""{"images": ["aGVsbG8="]}""", "expected float32 values")]
    [TestCase("""{"picture": []}""", "'instances', 'inputs', 'image' or 'images'")]
    public async Task Predict_BadImages_NamesWhatWasExpected(string body, string message)
        => Assert.That(await Server.ErrorAsync(Digits, body), Does.Contain(message));

    [TestCase("256")]
    [TestCase("-1")]
    [TestCase("NaN")]
    public async Task Predict_NoPixel_Is400(string pixel)
    {
        var row = string.Join(',', Enumerable.Repeat(pixel, 28));
        var image = string.Join(',', Enumerable.Repeat($"[{row}]", 28));

        Assert.That(
            await Server.ErrorAsync(Digits, $$"""{"images": [[{{image}}]]}"""),
            Does.Contain($"from 0 to 255, got {pixel}"));
    }

    [Test]
    public async Task Predict_ImagesWithoutPreprocessing_SaysSo()
        => Assert.That(
            await Server.ErrorAsync("/predict?model=linear", """{"images": []}"""), Does.Contain("no preprocessing"));

    [Test]
    public async Task Predict_SeveralModelsNoneNamed_AsksForOne()
        => Assert.That(await Server.ErrorAsync("/predict", """{"instances": [[1,2,3,4]]}"""), Does.Contain("?model="));

    [Test]
    public async Task Predict_UnknownModel_Is404()
        => Assert.That(
            await Server.ErrorAsync("/predict?model=none", "{}", HttpStatusCode.NotFound), Does.Contain("got 'none'"));

    private static void AssertProbabilities(JsonElement answer)
    {
        var expected = Conv.GetProperty("probabilities");
        var predictions = answer.GetProperty("predictions");
        Assert.That(predictions.GetArrayLength(), Is.EqualTo(2));
        for (var i = 0; i < 2; i++)
        {
            var wanted = Flatten(expected[i]);
            var got = predictions[i].GetProperty("probabilities").EnumerateObject().ToArray();
            Assert.That(got.Select(p => p.Value.GetDouble()), Is.EqualTo(wanted).Within(1e-5));
            Assert.That(got.Select(p => p.Name), Is.EqualTo(Enumerable.Range(0, 10).Select(c => $"digit {c}")));
            Assert.That(
                predictions[i].GetProperty("label").GetString(),
                Is.EqualTo($"digit {Array.IndexOf(wanted, wanted.Max())}"));
        }
    }
}
