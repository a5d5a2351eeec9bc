using System.Net;
using MaaS.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MaaS.Client.Tests;

/// <summary>The client against a real server.</summary>
public sealed class MaaSClientTests
{
    private DirectoryInfo _models = null!;
    private ServingHost _server = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = Directory.CreateTempSubdirectory("maas-client-");
        foreach (var model in new[] { "same", "mixed", "half" })
        {
            File.Copy(Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", model + ".onnx"), Path.Combine(_models.FullName, model + ".onnx"));
        }

        _server = await ServingHost.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Defaults.IntraOpThreads, o.Watch) = (_models.FullName, 1, false);
                o.Security.AnonymousScopes.Add("predict");
                o.Security.AnonymousScopes.Add("read");
                o.Security.AnonymousScopes.Add("admin");
            },
            "http://127.0.0.1:0",
            b => b.Logging.ClearProviders());
        _http = new HttpClient();
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _models.Delete(recursive: true);
    }

    private MaaSClient Client(bool useJson = false) => new(_http, new MaaSClientOptions { BaseAddress = _server.Address, UseJson = useJson });

    [TestCase(false)]
    [TestCase(true)]
    public async Task Infer_EveryKind_ComesBackAsItWent(bool useJson)
    {
        var request = new InferRequest(
            "mixed",
            Tensor.Of("numbers", new long[] { 5, -2 }, 2),
            Tensor.Of("flags", new[] { true, false }, 2),
            Tensor.OfStrings("words", ["ä", ""], 2))
        { Id = "7", Version = "1" };

        var answer = await Client(useJson).InferAsync(request);

        Assert.That(answer.Id, Is.EqualTo("7"));
        Assert.That(answer.Model, Is.EqualTo("mixed"));
        Assert.That(answer["sum"].ToArray<long>(), Is.EqualTo(new[] { 6L, -2 }));
        Assert.That(answer["echo"].ToStrings(), Is.EqualTo(new[] { "ä", "" }));
        Assert.That(answer["echo"].Shape, Is.EqualTo(new[] { 2L }));
    }

    [Test]
    public async Task Infer_NotFiniteAndHalf_KeepTheirBits()
    {
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.1f];
        Half[] halves = [(Half)1.5, Half.NaN];

        var same = await Client().InferAsync(new InferRequest("same", Tensor.Of("x", values, 2, 2)));
        var half = await Client().InferAsync(new InferRequest("half", Tensor.Of("x", halves, 2)));

        Assert.That(same["y"].ToArray<float>(), Is.EqualTo(values));
        Assert.That(half["y"].ToArray<Half>(), Is.EqualTo(halves));
    }

    [Test]
    public async Task Infer_SelectedOutputs_GivesOnlyThese()
    {
        var answer = await Client().InferAsync(new InferRequest(
            "mixed", Tensor.Of("numbers", new long[] { 1 }, 1), Tensor.Of("flags", new[] { true }, 1), Tensor.OfStrings("words", ["a"], 1))
        { Outputs = ["sum"] });

        Assert.That(answer.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "sum: INT64[1]" }));
        Assert.That(() => answer["echo"], Throws.TypeOf<KeyNotFoundException>());
        Assert.That(() => answer["sum"].ToArray<float>(), Throws.InvalidOperationException.With.Message.Contains("INT64"));
    }

    [Test]
    public async Task Predict_Rows_GivesOneEach()
        => Assert.That(await Client().PredictAsync<float[], float[]>("same", [[1, 2], [3, 4]]), Is.EqualTo(new float[][] { [1, 2], [3, 4] }));

    [Test]
    public async Task Metadata_ServerModelAndIndex_AreTyped()
    {
        var client = Client();
        var model = await client.GetModelAsync("mixed");

        Assert.That((await client.GetServerAsync()).Extensions, Does.Contain("binary_tensor_data"));
        Assert.That(model.Versions, Is.EqualTo(new[] { "1" }));
        Assert.That(model.Inputs.Select(i => $"{i.Name} {i.Datatype} {string.Join(',', i.Shape)}"), Is.EqualTo(new[] { "numbers INT64 -1", "flags BOOL -1", "words BYTES -1" }));
        Assert.That((await client.GetIndexAsync(onlyReady: true)).Select(m => m.Name), Does.Contain("mixed"));
        Assert.That(await client.IsLiveAsync() && await client.IsReadyAsync() && await client.IsModelReadyAsync("same"));
        Assert.That(await client.IsModelReadyAsync("none"), Is.False);
    }

    [Test]
    [NonParallelizable]
    public async Task Manage_UnloadAndLoad_ChangeWhatIsReady()
    {
        var client = Client();

        await client.UnloadModelAsync("half");
        Assert.That(await client.IsModelReadyAsync("half"), Is.False);
        await client.LoadModelAsync("half");
        Assert.That(await client.IsModelReadyAsync("half"));
    }

    [Test]
    public void Refused_Request_CarriesStatusAndMessage()
    {
        Assert.That(
            () => Client().InferAsync(new InferRequest("none")),
            Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(HttpStatusCode.NotFound).And.Message.Contains("'none'"));
        Assert.That(
            () => Client().InferAsync(new InferRequest("same", Tensor.Of("x", new float[] { 1 }, 1))),
            Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(HttpStatusCode.BadRequest).And.Message.Contains("float32"));
    }

    [Test]
    public async Task AddMaaSClient_InAnApplication_GivesAClient()
    {
        var collection = new ServiceCollection();
        collection.AddMaaSClient(o => o.BaseAddress = _server.Address);
        await using var services = collection.BuildServiceProvider();

        Assert.That(await services.GetRequiredService<MaaSClient>().IsLiveAsync());
    }
}
