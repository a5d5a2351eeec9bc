using System.Text.Json;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Telemetry;

public sealed class PayloadSamplerTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    private Task<TestServer> ServeAsync(SamplingOptions sampling)
        => TestServer.StartAsync(o => (o.ModelsPath, o.Telemetry.Sampling) = (_models["same.onnx"], sampling));

    private string Folder => _models["samples"];

    private JsonElement[] Lines()
        => Directory.Exists(Folder)
            ? [.. Directory.GetFiles(Folder).SelectMany(File.ReadAllLines)
                .Select(l => JsonDocument.Parse(l).RootElement)]
            : [];

    [Test]
    public async Task Request_Sampled_IsKeptWithItsAnswer()
    {
        await using var server = await ServeAsync(new SamplingOptions { Folder = Folder, Rate = 1 });
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2.5]]}""");

        Assert.That(Lines, Has.Length.EqualTo(1).After(5000, 20));
        var line = Lines().Single();
        Assert.That(line.GetProperty("inputs")[0].GetProperty("data").GetRawText(), Is.EqualTo("[1,2.5]"));
        Assert.That(line.GetProperty("outputs")[0].GetProperty("data").GetRawText(), Is.EqualTo("[1,2.5]"));
        Assert.That(line.GetProperty("model").GetString(), Is.EqualTo("same"));
    }

    [Test]
    public async Task Request_MaskedOrTooLarge_IsKeptWithoutItsValues()
    {
        var sampling = new SamplingOptions { Folder = Folder, Rate = 1, MaxElements = 3 };
        sampling.MaskedInputs.Add("*");
        await using var server = await ServeAsync(sampling);
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2.5], [3, 4]]}""");

        Assert.That(Lines, Has.Length.EqualTo(1).After(5000, 20));
        var line = Lines().Single();
        Assert.That(line.GetProperty("inputs")[0].GetProperty("masked").GetBoolean(), Is.True);
        Assert.That(line.GetProperty("inputs")[0].TryGetProperty("data", out _), Is.False);
        Assert.That(line.GetProperty("outputs")[0].TryGetProperty("data", out _), Is.False);
    }

    [Test]
    public async Task Rate_Share_IsKept()
    {
        await using var server = await ServeAsync(new SamplingOptions { Folder = Folder, Rate = 0.3 });
        for (var i = 0; i < 400; i++)
        {
            await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2.5]]}""");
        }

        // 400 draws of 0.3: 120 expected, standard deviation 9.2; 70 to 170 is beyond five of them.
        Assert.That(() => Lines().Length, Is.InRange(70, 170).After(5000, 100));
    }

    [Test]
    public void Start_FaultyOptions_NamesThem()
        => Assert.That(
            async () => await ServeAsync(new SamplingOptions { Folder = _models["same.onnx"], Rate = 2 }),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("Rate: expected 0 to 1, got 2")
                .And.Message.Contains("expected a folder"));
}
