using System.IO.Compression;
using System.Net;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Tests.Endpoints;

/// <summary>What a key for some models can do with the others through registrations, lists and shared memory.</summary>
public sealed class ModelAccessTests
{
    private const string Mine = "mine", Other = "other-name", Hidden = "digits";

    private readonly ModelsFolder _models = new();
    private readonly string _memory = $"/maas_test_{Guid.NewGuid():N}";
    private TestServer _server = null!;
    private string _key = null!;
    private string _second = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        File.Copy(ModelsFolder.Fixture("same.onnx"), _models[Mine + ".onnx"]);

        // A package says its model's name itself: this folder is the model "digits", whatever it is called.
        using (var elsewhere = new ModelsFolder())
        {
            await ModelsFolder.CreateDigitsAsync(elsewhere["digits.maas"]);
            await ZipFile.ExtractToDirectoryAsync(elsewhere["digits.maas"], _models[Other]);
        }

        var (key, stored) = ApiKey.Create("some", ServingScopes.Names, [Mine, Other, "echo"]);
        var (second, storedSecond) = ApiKey.Create("second", ServingScopes.Names, [Mine]);
        (_key, _second) = (key, second);
        _server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Watch, o.SharedMemory.Prefix) = (_models.Path, false, "/maas_test_");
                o.Security.ApiKeys.Add(stored);
                o.Security.ApiKeys.Add(storedSecond);
            },
            isOpen: false);
        Assert.That(_server.Models.Names, Is.EqualTo(new[] { Hidden, Mine }));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Register_FileOfTheCallersModel_ServesIt()
    {
        var (status, text) = await AskAsync(HttpMethod.Post, $"/models?url={Mine}.onnx&model_name=echo", _key);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
        Assert.That((await _server.PredictAsync(apiKey: _key, model: "echo")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Register_FolderWhosePackageIsAModelThatIsKept_IsRefusedWithoutItsName()
    {
        var (status, text) = await AskAsync(HttpMethod.Post, $"/models?url={Other}&model_name=echo", _key);
        Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden), text);
        Assert.That(text, Does.Not.Contain(Hidden));
    }

    [TestCase("absent.onnx")]
    [TestCase("digits.maas")]
    public async Task Register_FileOfNoModelOfTheCaller_IsRefusedWhetherItIsThereOrNot(string file)
        => Assert.That(
            (await AskAsync(HttpMethod.Post, $"/models?url={file}&model_name={Mine}", _key)).Status,
            Is.EqualTo(HttpStatusCode.Forbidden));

    [Test]
    public void Changes_ModelThatIsGone_NameOnlyModelsOfTheCaller()
    {
        var access = new ModelAccess(
            _server.Models, new DefaultHttpContext(), new Caller("some", ServingScope.All, [Mine, "gone"]));
        Assert.That(() => access.SetInstances("gone", 2), Throws.TypeOf<RequestException>()
            .With.Message.Contains(Mine).And.Message.Not.Contains(Hidden));
    }

    [TestCase("/v1/models")]
    [TestCase("/v2/models")]
    [TestCase("/models")]
    public async Task Lists_ForAKeyOfSomeModels_HaveTheseAlone(string address)
    {
        var (_, text) = await AskAsync(HttpMethod.Get, address, _second);
        Assert.That(text, Does.Contain(Mine).And.Not.Contain(Hidden));
    }

    [Test]
    [Platform("Linux")]
    public async Task SharedMemory_RegionOfAnotherKey_IsNotShownNorReadNorEnded()
    {
        const string Root = "/v2/systemsharedmemory";
        const string Infer = """
            {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "parameters":
               {"shared_memory_region": "r", "shared_memory_offset": 0, "shared_memory_byte_size": 8} }]}
            """;
        await File.WriteAllBytesAsync("/dev/shm" + _memory, new byte[64]);
        try
        {
            var (status, text) = await AskAsync(
                HttpMethod.Post, $"{Root}/region/r/register", _key, $$"""{"key": "{{_memory}}", "byte_size": 64}""");
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);

            Assert.That((await AskAsync(HttpMethod.Get, $"{Root}/status", _second)).Text, Is.EqualTo("[]"));
            (status, text) = await AskAsync(HttpMethod.Get, $"{Root}/region/r/status", _second);
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(text, Does.Not.Contain(_memory));
            Assert.That(
                (await AskAsync(HttpMethod.Post, $"/v2/models/{Mine}/infer", _second, Infer)).Status,
                Is.EqualTo(HttpStatusCode.BadRequest));
            await AskAsync(HttpMethod.Post, $"{Root}/region/r/unregister", _second);
            await AskAsync(HttpMethod.Post, $"{Root}/unregister", _second);

            Assert.That((await AskAsync(HttpMethod.Get, $"{Root}/status", _key)).Text, Does.Contain(_memory));
            (status, text) = await AskAsync(HttpMethod.Post, $"/v2/models/{Mine}/infer", _key, Infer);
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
        }
        finally
        {
            await AskAsync(HttpMethod.Post, $"{Root}/unregister", _key);
            File.Delete("/dev/shm" + _memory);
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(
        HttpMethod method, string address, string key, string body = "{}")
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative));
        request.Headers.Add("X-Api-Key", key);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        using var response = await _server.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
