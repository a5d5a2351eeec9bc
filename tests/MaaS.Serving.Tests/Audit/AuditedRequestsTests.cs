using System.Net;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Serving.Audit;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;

namespace MaaS.Serving.Tests.Audit;

/// <summary>What a running server writes into its audit log.</summary>
public sealed class AuditedRequestsTests
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;
    private string _key = "";

    [SetUp]
    public async Task Start()
    {
        _models = new ModelsFolder().Add("same", "linear");
        (_key, var stored) = ApiKey.Create("operator", ["admin", "predict"], ["same", "nothing"]);
        _server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.GrpcUrl, o.Watch) = (_models.Path, "http://127.0.0.1:0", false);
                o.Security.ApiKeys.Add(stored);
                o.Security.Audit = new AuditOptions { Path = _models["audit.jsonl"] };
            },
            isOpen: false);
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    /// <summary>Stops the server and gives its lines as <c>phase model status</c>, with <c>-</c> for what a line does
    /// not have.</summary>
    private async Task<string[]> LinesAsync()
    {
        await _server.DisposeAsync();
        Assert.That(AuditVerifier.Verify(_models["audit.jsonl"]).Fault, Is.Null);
        return [.. (await File.ReadAllLinesAsync(_models["audit.jsonl"])).Select(l => JsonDocument.Parse(l).RootElement)
            .Select(l => $"{l.GetProperty("phase")} {Text(l, "model")} {Text(l, "status")}")];

        static string Text(JsonElement line, string member)
            => line.TryGetProperty(member, out var value) ? value.ToString() : "-";
    }

    [Test]
    public async Task Predictions_ForOpenAisClients_NameModelAndUser()
    {
        await _server.DisposeAsync();
        (_key, var stored) = ApiKey.Create("shop", ["predict"]);
        _server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Watch) = (_models.Path, false);
                o.Security.ApiKeys.Add(stored);
                o.Security.Audit = new AuditOptions { Path = _models["audit.jsonl"], Predictions = true };
            },
            isOpen: false);
        _server.Client.DefaultRequestHeaders.Authorization = new("Bearer", _key);

        await _server.PostTextAsync(
            "/v1/embeddings", """{"model":"linear","input":"a","user":"ann"}""", HttpStatusCode.BadRequest);
        await _server.PostTextAsync(
            "/v1/chat/completions", """{"model":"linear","messages":[{"role":"user","content":"a"}]}""",
            HttpStatusCode.BadRequest);

        Assert.That(await LinesAsync(), Is.EqualTo(new[] { "end linear 400", "end linear 400" }));
        using var line = JsonDocument.Parse((await File.ReadAllLinesAsync(_models["audit.jsonl"]))[0]);
        Assert.That(line.RootElement.GetProperty("detail").GetString(), Is.EqualTo("for user 'ann'"));
    }

    [Test]
    public async Task Registrations_OfTorchServe_NameTheModelInBothLines()
    {
        foreach (var (address, status) in new[]
        {
            ("/models?url=same.onnx", HttpStatusCode.OK), ("/models?model_name=same&url=same.onnx", HttpStatusCode.OK),
            ("/models?url=nothing.maas", HttpStatusCode.NotFound),
            ("/models?url=linear.onnx", HttpStatusCode.Forbidden), ("/models", HttpStatusCode.BadRequest),
        })
        {
            Assert.That(await _server.StatusAsync(HttpMethod.Post, address, _key), Is.EqualTo(status), address);
        }

        Assert.That(await _server.StatusAsync(HttpMethod.Delete, "/models/same", _key), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await LinesAsync(), Is.EqualTo(new[]
        {
            "begin same -", "end same 200", "begin same -", "end same 200", "begin nothing -", "end nothing 404",
            "refused linear 403", "begin - -", "end - 400",
            "begin same -", "end same 200",
        }));
    }

    [Test]
    public async Task GrpcChanges_NameTheModelInBothLines()
    {
        async Task<int> CallAsync(string method, IMessage message)
            => (await _server.Client.CallAsync(
                _server.GrpcAddress, GrpcCalls.Service + method, [message], _key)).Status;

        Assert.That(
            await CallAsync("RepositoryModelLoad", new RepositoryModelLoadRequest { ModelName = "same" }), Is.Zero);
        Assert.That(
            await CallAsync("RepositoryModelUnload", new RepositoryModelUnloadRequest { ModelName = "nothing" }),
            Is.EqualTo(5));
        Assert.That(
            await CallAsync("RepositoryModelLoad", new RepositoryModelLoadRequest { ModelName = "linear" }),
            Is.EqualTo(7));

        Assert.That(
            await LinesAsync(),
            Is.EqualTo(
                new[] { "begin same -", "end same 200", "begin nothing -", "end nothing 404", "end linear 403" }));
    }

    [Test]
    public async Task Refusals_OfEveryKind_AreRecorded()
    {
        Assert.That((await _server.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _server.PredictAsync(apiKey: "a guess")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(
            (await _server.PredictAsync(apiKey: _key, model: "linear")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await _server.StatusAsync(HttpMethod.Get, "/v2/models/same", _key), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await _server.StatusAsync(HttpMethod.Post, "/v2/repository/models/same/unload"),
            Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(
            await _server.StatusAsync(HttpMethod.Post, "/predict?model=linear", _key),
            Is.EqualTo(HttpStatusCode.Forbidden));
        var (status, _, _) = await _server.Client.CallAsync(
            _server.GrpcAddress, GrpcCalls.Service + "ModelInfer", [GrpcCalls.Infer("linear")], _key);
        Assert.That(status, Is.EqualTo(7));
        Assert.That(
            (await _server.PredictAsync(apiKey: _key)).Status, Is.EqualTo(HttpStatusCode.OK), "this one has no line");

        Assert.That(await LinesAsync(), Is.EqualTo(new[]
        {
            "refused same 401", "refused same 401", "refused linear 403", "refused same 403", "refused same 401",
            "refused linear 403", "refused - 403",
        }));
        Assert.That(
            await File.ReadAllTextAsync(_models["audit.jsonl"]), Does.Not.Contain("a guess"),
            "a wrong key may be a right one of another server");
    }

    [Test]
    public async Task Refusals_WithoutEnd_DoNotFillTheDisk()
    {
        const int Count = 600;
        for (var i = 0; i < Count; i++)
        {
            await _server.PredictAsync();
        }

        var lines = (await LinesAsync()).Length;
        Assert.That(lines, Is.InRange(200, Count - 100));
    }
}
