using System.Net;

namespace MaaS.Serving.Tests.Page;

public sealed class ModelAnswerTests : ServerFixture
{
    [Test]
    public async Task Get_ImageClassifier_HasItsSizeAndItsBlack()
    {
        var model = await Server.GetAsync("/page/models/digits");

        var image = model.GetProperty("image");
        Assert.That(
            (image.GetProperty("channels").GetInt32(), image.GetProperty("height").GetInt32(),
                image.GetProperty("width").GetInt32()), Is.EqualTo((1, 28, 28)));
        Assert.That(
            image.GetProperty("black").GetDouble(), Is.EqualTo(-0.1307 / 0.3081).Within(1e-9), "(0 - mean) / std");
        Assert.That(model.GetProperty("takes_text").GetBoolean(), Is.False);
        Assert.That(model.GetProperty("has_baseline").GetBoolean(), Is.False);
    }

    [Test]
    public async Task Get_ModelOfTexts_TakesText()
    {
        var model = await Server.GetAsync("/page/models/text");

        Assert.That(model.GetProperty("takes_text").GetBoolean());
        Assert.That(
            model.GetProperty("inputs").GetRawText(),
            Is.EqualTo("""[{"name":"text","datatype":"BYTES","shape":[-1]}]"""));
    }

    [Test]
    public async Task Get_OtherModel_HasItsInputs()
    {
        var model = await Server.GetAsync("/page/models/mixed");

        Assert.That(model.GetProperty("image").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        Assert.That(model.GetProperty("takes_text").GetBoolean(), Is.False);
        Assert.That(
            model.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "numbers", "flags", "words" }));
    }

    [Test]
    public async Task Get_UnknownModel_Is404()
        => await Server.GetAsync("/page/models/unknown", HttpStatusCode.NotFound);
}
