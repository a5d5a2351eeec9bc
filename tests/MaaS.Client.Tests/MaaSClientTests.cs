using System.Net;
using MaaS.Serving;
using MaaS.Serving.Security;
using MaaS.Serving.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Client.Tests;

/// <summary>The client against a real server, over each transport.</summary>
[TestFixture(Transport.Rest)]
[TestFixture(Transport.RestJson)]
[TestFixture(Transport.Grpc)]
public sealed class MaaSClientTests(Transport transport)
{
    private ModelsFolder _models = null!;
    private ServingHost _server = null!;
    private MaaSClient _client = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same", "mixed", "half", "text");
        _server = await Servers.StartAsync(_models.Path);
        _client = new MaaSClient(Servers.Options(transport, _server.AddressOf(transport)));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Infer_EveryKind_ComesBackAsItWent()
    {
        var request = new InferRequest(
            "mixed",
            Tensor.Of("numbers", new long[] { 5, long.MinValue }, 2),
            Tensor.Of("flags", new[] { true, false }, 2),
            Tensor.OfStrings("words", ["ä", ""], 2))
        { Id = "7", Version = "1", Priority = 1, Timeout = TimeSpan.FromSeconds(20) };

        var answer = await _client.InferAsync(request);

        Assert.That((answer.Id, answer.Model, answer.Version), Is.EqualTo(("7", "mixed", "1")));
        Assert.That(answer["sum"].ToArray<long>(), Is.EqualTo(new[] { 6L, long.MinValue }));
        Assert.That(answer["echo"].ToStrings(), Is.EqualTo(new[] { "ä", "" }));
        Assert.That(answer["echo"].ToByteArrays()[0], Is.EqualTo("ä"u8.ToArray()));
        Assert.That(answer["echo"].Shape, Is.EqualTo(new[] { 2L }));
    }

    [Test]
    public async Task Infer_NotFinite_ComesBackAsItWent()
    {
        float[] values = [
            float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.1f, float.Epsilon, float.MaxValue,
        ];

        var answer = await _client.InferAsync(new InferRequest("same", Tensor.Of("x", values, 2, 3)));

        Assert.That(answer["y"].ToArray<float>(), Is.EqualTo(values));
    }

    [Test]
    public async Task Infer_Half_TravelsAsBytesAlone()
    {
        Half[] halves = [(Half)1.5, Half.NaN, Half.PositiveInfinity];
        var request = new InferRequest("half", Tensor.Of("x", halves, 3));
        if (transport == Transport.RestJson)
        {
            Assert.That(
                () => _client.InferAsync(request),
                Throws.TypeOf<NotSupportedException>().With.Message.Contains("Transport.Rest"));
            return;
        }

        var half = (await _client.InferAsync(request))["y"];

        Assert.That(half.ToArray<Half>(), Is.EqualTo(halves));
        Assert.That(half.ToSingles(), Is.EqualTo(new[] { 1.5f, float.NaN, float.PositiveInfinity }));
    }

    [Test]
    public async Task Infer_SelectedOutputs_GivesOnlyThese()
    {
        var answer = await _client.InferAsync(new InferRequest(
            "mixed", Tensor.Of("numbers", new long[] { 1 }, 1), Tensor.Of("flags", new[] { true }, 1),
            Tensor.OfStrings("words", ["a"], 1))
        { Outputs = ["sum"] });

        Assert.That(answer.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "sum: INT64[1]" }));
        Assert.That(() => answer["echo"], Throws.TypeOf<KeyNotFoundException>());
        Assert.That(
            () => answer["sum"].ToArray<float>(), Throws.InvalidOperationException.With.Message.Contains("INT64"));
    }

    [Test]
    public async Task Infer_LargestClasses_ComeAsTexts()
    {
        var answer = await _client.InferAsync(
            new InferRequest("same", Tensor.Of("x", new float[] { 1, 3, 2 }, 1, 3))
            {
                Outputs = [new("y", Classes: 2)],
            });

        Assert.That(answer["y"].ToStrings().Select(t => t.Split(':')[1]), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public async Task Metadata_ServerModelAndIndex_AreTyped()
    {
        var model = await _client.GetModelAsync("mixed");

        Assert.That((await _client.GetServerAsync()).Extensions, Does.Contain("binary_tensor_data"));
        Assert.That(model.Versions, Is.EqualTo(new[] { "1" }));
        Assert.That(
            model.Inputs.Select(i => $"{i.Name} {i.Datatype} {string.Join(',', i.Shape)}"),
            Is.EqualTo(new[] { "numbers INT64 -1", "flags BOOL -1", "words BYTES -1" }));
        Assert.That((await _client.GetIndexAsync(onlyReady: true)).Select(m => m.Name), Does.Contain("mixed"));
        Assert.That(
            await _client.IsLiveAsync() && await _client.IsReadyAsync() && await _client.IsModelReadyAsync("same"));
        Assert.That(await _client.IsModelReadyAsync("none"), Is.False);
    }

    [Test]
    public async Task Manage_UnloadAndLoad_TakeAKeyAndChangeWhatIsReady()
    {
        var (key, stored) = ApiKey.Create("operator", ["admin", "read"]);
        await using var server = await Servers.StartAsync(
            _models.Path, o => o.Security.ApiKeys.Add(stored), isOpen: false);
        await using var stranger = new MaaSClient(Servers.Options(transport, server.AddressOf(transport)));
        var options = Servers.Options(transport, server.AddressOf(transport));
        options.ApiKey = key;
        await using var admin = new MaaSClient(options);

        Assert.That(
            (await Failure.OfAsync(() => stranger.UnloadModelAsync("text"))).Kind,
            Is.EqualTo(ErrorKind.Unauthenticated));
        Assert.That(await admin.IsModelReadyAsync("text"));
        await admin.UnloadModelAsync("text");
        Assert.That(await admin.IsModelReadyAsync("text"), Is.False);
        await admin.LoadModelAsync("text");
        Assert.That(await admin.IsModelReadyAsync("text"));
    }

    [Test]
    public async Task Refused_Request_SaysWhatWhereAndWhatToDo()
    {
        var missing = await Failure.OfAsync(() => _client.InferAsync(new InferRequest("none")));
        var wrong = await Failure.OfAsync(
            () => _client.InferAsync(new InferRequest("same", Tensor.Of("x", new float[] { 1 }, 1))));

        Assert.That(
            (missing.Kind, missing.Status, missing.Address),
            Is.EqualTo((ErrorKind.NotFound, HttpStatusCode.NotFound, _server.AddressOf(transport))));
        Assert.That(missing.ServerMessage, Does.Contain("'none'"));
        Assert.That(
            missing.Message,
            Does.Contain(missing.ServerMessage).And.Contain(missing.Advice)
                .And.Contain(_server.AddressOf(transport).Authority));
        Assert.That((wrong.Kind, wrong.Status), Is.EqualTo((ErrorKind.Refused, HttpStatusCode.BadRequest)));
        Assert.That(wrong.Message, Does.Contain("float32"));
    }

    [Test]
    public void Cancelled_Caller_GetsItsCancellation()
    {
        using var left = new CancellationTokenSource();
        left.Cancel();

        Assert.That(
            () => _client.InferAsync(new InferRequest("same", Tensor.Of("x", new float[] { 1 }, 1, 1)), left.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task AddMaaSClient_InAnApplication_GivesOneClient()
    {
        var collection = new ServiceCollection();
        collection.AddMaaSClient(Configure);
        collection.AddMaaSClient("second", Configure);
        await using var services = collection.BuildServiceProvider();

        Assert.That(await services.GetRequiredService<IMaaSClient>().IsLiveAsync());
        Assert.That(await services.GetRequiredKeyedService<IMaaSClient>("second").IsLiveAsync());
        Assert.That(services.GetRequiredService<MaaSClient>(), Is.SameAs(services.GetRequiredService<IMaaSClient>()));

        void Configure(MaaSClientOptions o)
        {
            o.Transport = transport;
            (transport == Transport.Grpc ? o.GrpcAddresses : o.Addresses).Add(_server.AddressOf(transport));
        }
    }

    [Test]
    public void AddMaaSClient_FaultyOptions_AreNamedAtStart()
    {
        var collection = new ServiceCollection();
        collection.AddMaaSClient(o => (o.Transport, o.MaxHedges, o.Timeout) = (transport, 11, TimeSpan.Zero));
        using var services = collection.BuildServiceProvider();

        Assert.That(
            () => services.GetRequiredService<IStartupValidator>().Validate(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Addresses")
                .And.Message.Contains("MaxHedges").And.Message.Contains("Timeout"));
    }
}
