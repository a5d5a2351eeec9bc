using System.Net;
using System.Text;
using MaaS.Serving.Tests.Grpc;

namespace MaaS.Serving.Tests.Protocols.OpenInference;

public sealed class RepositoryEndpointsTests
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [SetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear", "same");
        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Watch, o.GrpcUrl) = (_models.Path, false, "http://127.0.0.1:0"));
    }

    [TearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Index_ReadyOrAll_ListsStates()
    {
        await _server.PostTextAsync("/v2/repository/models/same/unload", "");

        Assert.That(await IndexAsync(""), Is.EqualTo(new[] { "linear 1 READY", "same 1 UNAVAILABLE" }));
        Assert.That(await IndexAsync("""{"ready": true}"""), Is.EqualTo(new[] { "linear 1 READY" }));
        Assert.That(await _server.ErrorAsync("/v2/repository/index", """{"ready": 1}"""), Does.Contain("ready"));
        Assert.That(await _server.ErrorAsync("/v2/repository/index", "[]"), Does.Contain("object"));
    }

    [Test]
    public async Task LoadAndUnload_Model_StopsAndAnswersAgain()
    {
        const string Infer = "/v2/models/same/infer";
        const string Body = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";

        await _server.PostTextAsync(
            "/v2/repository/models/same/unload", """{"parameters": {"unload_dependents": true}}""");
        await _server.PostAsync(Infer, Body, HttpStatusCode.ServiceUnavailable);
        await _server.GetAsync("/v2/models/same/ready", HttpStatusCode.ServiceUnavailable);
        await _server.PostTextAsync("/v2/repository/models/same/load", "");

        await _server.PostAsync(Infer, Body);
        Assert.That((await _server.GetAsync("/v2/models/same/ready")).GetProperty("ready").GetBoolean());
    }

    [Test]
    public async Task Load_NewFile_ServesIt()
    {
        _models.Add("total");

        await _server.PostTextAsync("/v2/repository/models/total/load", "{}");

        await _server.GetAsync("/v2/models/total");
    }

    [Test]
    public async Task Load_UnknownOrUnsupported_SaysSo()
    {
        Assert.That(
            await _server.ErrorAsync("/v2/repository/models/none/load", "", HttpStatusCode.NotFound),
            Does.Contain("'none'"));
        Assert.That(
            await _server.ErrorAsync("/v2/repository/models/none/unload", "", HttpStatusCode.NotFound),
            Does.Contain("'none'"));
        Assert.That(
            await _server.ErrorAsync("/v2/repository/models/same/load", """{"parameters": {"config": "{}"}}"""),
            Does.Contain("'config'"));
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        Assert.That(await _server.ErrorAsync("/v2/repository/models/broken/load", ""), Does.Contain("broken"));
    }

    [TestCase("..%2Foutside")]
    [TestCase("..%2f..%2fetc%2fpasswd")]
    [TestCase("%2Fetc%2Fpasswd")]
    [TestCase("outside%00")]
    [TestCase("..%5Coutside")]
    public async Task Load_NameThatIsAPath_IsNotFoundAndTellsNoPath(string name)
    {
        // A model beside the models folder, which the first name would reach.
        var outside = Path.Combine(Path.GetDirectoryName(_models.Path)!, "outside.onnx");
        File.Copy(ModelsFolder.Fixture("same.onnx"), outside, overwrite: true);
        try
        {
            foreach (var address in new[]
            {
                $"/v2/repository/models/{name}/load", $"/v2/models/{name}/infer", $"/v1/models/{name}:predict",
                $"/predictions/{name}",
            })
            {
                using var response = await _server.Client.PostAsync(
                    new Uri(address, UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
                var text = await response.Content.ReadAsStringAsync();
                Assert.That((int)response.StatusCode, Is.AnyOf(400, 404), $"{address}: {text}");
                Assert.That(text, Does.Not.Contain(_models.Path).And.Not.Contain("   at "));
            }
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Test]
    public async Task LoadAndUnload_CallerWithoutScope_AreRefused()
    {
        await using var guarded = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Watch, o.GrpcUrl) = (_models.Path, false, "http://127.0.0.1:0"), isOpen: false);
        using var client = new PythonGrpcClient(guarded.GrpcAddress);

        await guarded.PostTextAsync("/v2/repository/models/same/unload", "", HttpStatusCode.Unauthorized);
        await guarded.PostTextAsync("/models?url=same.onnx", "", HttpStatusCode.Unauthorized);
        Assert.That(
            client.Fails("RepositoryModelUnload", """{"model_name": "same"}""", "UNAUTHENTICATED"),
            Does.Contain("admin"));
    }

    [Test]
    public async Task Grpc_LoadAndUnload_DoTheSame()
    {
        using var client = new PythonGrpcClient(_server.GrpcAddress);

        client.Ok("RepositoryModelUnload", """{"model_name": "same"}""");
        Assert.That(
            client.Ok("ModelReady", """{"name": "same"}""").TryGetProperty("ready", out _), Is.False,
            "false is left out");
        Assert.That(client.Ok("RepositoryIndex", "{}").GetRawText(), Does.Contain("UNAVAILABLE"));
        client.Ok("RepositoryModelLoad", """{"model_name": "same"}""");
        Assert.That(client.Ok("ModelReady", """{"name": "same"}""").GetProperty("ready").GetBoolean());
        Assert.That(
            client.Fails("RepositoryModelLoad", """{"model_name": "none"}""", "NOT_FOUND"), Does.Contain("'none'"));
        Assert.That(
            client.Fails(
                "RepositoryModelLoad",
                """{"model_name": "same", "parameters": {"file:1/model.onnx": {"bytes_param": "AAAA"}}}""",
                "INVALID_ARGUMENT"),
            Does.Contain("file:1"));
        await _server.GetAsync("/v2/health/ready");
    }

    private async Task<IEnumerable<string>> IndexAsync(string body)
        => (await _server.PostAsync("/v2/repository/index", body)).EnumerateArray()
            .Select(
                m => $"{m.GetProperty("name").GetString()} {m.GetProperty("version").GetString()} "
                    + $"{m.GetProperty("state").GetString()}");
}
