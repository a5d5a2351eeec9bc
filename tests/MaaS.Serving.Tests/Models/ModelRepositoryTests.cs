using System.Net;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Models;

public sealed class ModelRepositoryTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder();

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [TestCase("digits.maas")]
    [TestCase("folder")]
    public async Task Start_OnePackage_ServesItAsTheDefault(string package)
    {
        await ModelsFolder.CreateDigitsAsync(_models[package]);
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models[package]);

        var health = await server.GetAsync("/healthz");
        var answer = await server.PostAsync(
            "/predict", $$"""{"images": {{ModelsFolder.Expected.GetProperty("conv").GetProperty("pixels")}}}""");

        Assert.That(health.GetRawText(), Is.EqualTo("""{"status":"ok","models":["digits"]}"""));
        Assert.That(answer.GetProperty("predictions").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task Start_BareModel_ServesIt()
    {
        _models.Add("linear");
        await using var server = await ServingHost.StartAsync(_models["linear.onnx"]);
        using var client = new HttpClient { BaseAddress = server.Address };

        Assert.That(
            await client.GetStringAsync(new Uri("/v2/models/linear/ready", UriKind.Relative)),
            Is.EqualTo("""{"name":"linear","ready":true}"""));
    }

    [Test]
    public async Task Start_AllVersions_ServesEach()
    {
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        var registry = new ModelRegistry(_models["registry"]);
        using (var package = await ModelPackage.OpenAsync(_models["digits.maas"]))
        {
            await registry.RegisterAsync(package);
            await registry.RegisterAsync(package);
        }

        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Defaults.Versions) = (registry.Root, "all"));

        Assert.That(
            (await server.GetAsync("/v2/models/digits")).GetProperty("versions").GetRawText(),
            Is.EqualTo("""["1","2"]"""));
    }

    [Test]
    public async Task Start_BrokenBesideGood_ServesTheGoodAndIsNotReady()
    {
        _models.Add("linear");
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.StrictReadiness) = (_models.Path, true));

        var health = await server.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable);

        Assert.That(
            health.GetRawText(),
            Is.EqualTo("""{"status":"unavailable","models":["linear"],"failed":["broken version 1"]}"""));
        Assert.That(
            (await server.GetAsync("/v2/health/ready", HttpStatusCode.ServiceUnavailable)).GetProperty("ready")
                .GetBoolean(), Is.False);
        await server.PostAsync("/predict", """{"instances": [[1,2,3,4]]}""");
    }

    [Test]
    public async Task Start_BrokenRegistryBesideGood_ServesTheGoodAndIsNotReady()
    {
        _models.Add("linear");
        Directory.CreateDirectory(_models["registered/1"]);
        await File.WriteAllTextAsync(_models["registered/registry.json"], "{");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.StrictReadiness) = (_models.Path, true));

        var health = await server.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable);

        Assert.That(
            health.GetRawText(),
            Is.EqualTo("""{"status":"unavailable","models":["linear"],"failed":["registered"]}"""));
    }

    [Test]
    public async Task Start_EmptyFolderThatIsWatched_WaitsForModels()
    {
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.SettleTime, o.PollInterval) = (
                _models.Path, TimeSpan.Zero, TimeSpan.FromMilliseconds(50)));
        await server.GetAsync("/v2/health/ready");
        _models.Add("same");

        Assert.That(() => server.Models.Names, Is.Not.Empty.After(10_000, 20));
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1]]}""");
    }

    [Test]
    public async Task Start_NothingToServe_Fails()
    {
        Assert.That(
            () => TestServer.StartAsync(o => (o.ModelsPath, o.Watch) = (_models.Path, false)),
            Throws.InvalidOperationException.With.Message.Contains("found none"));
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        Assert.That(
            () => ServingHost.StartAsync(_models.Path),
            Throws.InvalidOperationException.With.Message.Contains("broken.onnx")
                .And.InnerException.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Start_ManifestThatDoesNotFit_Fails()
    {
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"], m => m with { Labels = ["a", "b"] });
        Assert.That(
            () => ServingHost.StartAsync(_models.Path),
            Throws.InvalidOperationException.With.Message.Contains("expected 10"));

        await ModelsFolder.CreateDigitsAsync(
            _models["rgb"],
            m => m with { Name = "rgb", Preprocessing = new ImagePreprocessing(1, [0, 0, 0], [1, 1, 1]) });
        Assert.That(
            () => ServingHost.StartAsync(_models["rgb"]),
            Throws.InvalidOperationException.With.Message.Contains("float32[batch,3,height,width]"));
    }

    [Test]
    public async Task Start_SameModelTwice_Fails()
    {
        await ModelsFolder.CreateDigitsAsync(_models["a.maas"]);
        await ModelsFolder.CreateDigitsAsync(_models["b"]);

        Assert.That(
            () => ServingHost.StartAsync(_models.Path),
            Throws.InvalidOperationException.With.Message.Contains("'digits' in the same version twice"));
    }

    [Test]
    public void Start_WrongOptions_NamesEveryFault()
        => Assert.That(
            () => TestServer.StartAsync(
                o => (o.ModelsPath, o.MaxRequestBytes, o.Defaults.IntraOpThreads, o.DefaultModel) = (
                    _models["none"], 0, -1, "../x")),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("ModelsPath")
                .And.Message.Contains("MaxRequestBytes")
                .And.Message.Contains("IntraOpThreads").And.Message.Contains("DefaultModel"));
}
