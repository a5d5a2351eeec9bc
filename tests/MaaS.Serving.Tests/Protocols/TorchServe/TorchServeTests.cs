using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MaaS.Serving.Tests.Protocols.TorchServe;

public sealed class TorchServeTests : ServerFixture
{
    [Test]
    public async Task Ping_ModelsLoaded_IsHealthy()
        => Assert.That((await Server.GetAsync("/ping")).GetProperty("status").GetString(), Is.EqualTo("Healthy"));

    [TestCase("P5 28 28 255\n", false)]
    [TestCase("P5\n# made by hand\n28\t28\n255\n", false)]
    [TestCase("P5 28 28 255\n", true)]
    public async Task Predictions_ImageFile_EqualsNumpy(string header, bool isForm)
    {
        byte[] image = [
            .. Encoding.ASCII.GetBytes(header), .. Flatten(Conv.GetProperty("pixels")[0]).Select(p => (byte)p),
        ];
        using var file = new ByteArrayContent(image);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(image), "data", "digit.pgm" } };

        using var response = await Server.Client.PostAsync(
            new Uri("/predictions/digits/1.0", UriKind.Relative), isForm ? form : file);

        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.GetRawText());
        var expected = Flatten(Conv.GetProperty("probabilities")[0]).Index().OrderByDescending(p => p.Item).Take(5)
            .ToArray();
        Assert.That(answer.EnumerateObject().Select(p => p.Name), Is.EqualTo(expected.Select(p => $"digit {p.Index}")));
        Assert.That(
            answer.EnumerateObject().Select(p => p.Value.GetDouble()),
            Is.EqualTo(expected.Select(p => p.Item)).Within(1e-5));
    }

    [Test]
    public async Task Predictions_JsonTextAndTensor_AreTaken()
    {
        Assert.That(
            await Server.PostTextAsync("/predictions/same", """{"instances": [[1, NaN]]}"""),
            Is.EqualTo("""{"predictions":[[1,NaN]]}"""));
        Assert.That(
            await SendAsync("/predictions/text", "hello"u8.ToArray(), "text/plain", HttpStatusCode.OK),
            Is.EqualTo("\"hello\""));
        Assert.That(
            await SendAsync("/predictions/same", [0, 0, 0x80, 0x3F], "application/octet-stream", HttpStatusCode.OK),
            Is.EqualTo("[1]"));
    }

    [TestCase("/predictions/none", "application/octet-stream", 404, "ModelNotFoundException")]
    [TestCase("/predictions/same/7", "application/octet-stream", 404, "ModelNotFoundException")]
    [TestCase("/predictions/same/x", "application/octet-stream", 404, "ModelNotFoundException")]
    [TestCase("/predictions/same", "application/json", 400, "BadRequestException")]
    [TestCase("/predictions/digits", "image/x-portable-graymap", 400, "BadRequestException")]
    public async Task Predictions_BadRequest_HasTorchServesForm(string path, string type, int status, string name)
    {
        var error = JsonDocument.Parse(
            await SendAsync(path, "P5 28 28 255\n1"u8.ToArray(), type, (HttpStatusCode)status)).RootElement;

        Assert.That(error.GetProperty("code").GetInt32(), Is.EqualTo(status));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo(name));
        Assert.That(error.GetProperty("message").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task Management_ListAndDescribe_ShowModels()
    {
        var all = await Server.GetAsync("/models");
        var page = await Server.GetAsync("/models?limit=2&next_page_token=1");
        var versions = await Server.GetAsync("/models/registered/all");

        Assert.That(all.TryGetProperty("nextPageToken", out _), Is.False);
        Assert.That(page.GetProperty("nextPageToken").GetString(), Is.EqualTo("3"));
        Assert.That(
            page.GetProperty("models").GetRawText(),
            Is.EqualTo($"[{all.GetProperty("models")[1].GetRawText()},{all.GetProperty("models")[2].GetRawText()}]"));
        Assert.That(
            versions.EnumerateArray().Select(v => v.GetProperty("modelVersion").GetString()),
            Does.Contain("1").And.Contain("3"));
        Assert.That(
            (await Server.GetAsync("/models/registered"))[0].GetProperty("modelVersion").GetString(), Is.EqualTo("3"));
        Assert.That(
            (await Server.GetAsync("/models/registered/1.0"))[0].GetProperty("workers")[0].GetProperty("status")
                .GetString(), Is.EqualTo("READY"));
        Assert.That(
            (await Server.GetAsync("/models/none", HttpStatusCode.NotFound)).GetProperty("type").GetString(),
            Is.EqualTo("ModelNotFoundException"));
        await Server.GetAsync("/models?limit=x", HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Management_RegisterDefaultAndUnregister_ChangeWhatAnswers()
    {
        using var models = new ModelsFolder().Add("linear", "same");
        await using var server = await TestServer.StartAsync(o => (o.ModelsPath, o.Watch) = (models.Path, false));
        models.Add("total");

        Assert.That(
            (await server.PostAsync("/models?url=total.onnx", "")).GetProperty("status").GetString(),
            Does.Contain("\"total\" Version: 1 registered"));
        await server.PostAsync("/models?url=../total.onnx", "", HttpStatusCode.BadRequest);
        await server.PostAsync("/models?url=none.onnx", "", HttpStatusCode.NotFound);
        using var put = await server.Client.PutAsync(new Uri("/models/total/1.0/set-default", UriKind.Relative), null);
        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.OK), await put.Content.ReadAsStringAsync());
        using var wrong = await server.Client.PutAsync(new Uri("/models/total/9/set-default", UriKind.Relative), null);
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using var delete = await server.Client.DeleteAsync(new Uri("/models/same", UriKind.Relative));
        Assert.That(delete.StatusCode, Is.EqualTo(HttpStatusCode.OK), await delete.Content.ReadAsStringAsync());
        await server.PostAsync("/predictions/same", "{}", HttpStatusCode.NotFound);
        await server.GetAsync("/models/same", HttpStatusCode.NotFound);
        await server.PostAsync("/models?url=same.onnx", "");
        await server.PostAsync("/predictions/same", """{"instances": [[1]]}""");
    }

    [Test]
    public async Task Management_NameOfItsOwn_ServesTheFileUnderItOverARestart()
    {
        using var models = new ModelsFolder().Add("same", "linear");
        var state = models["state.json"];
        void Configure(MaaSServingOptions o) => (o.ModelsPath, o.Watch, o.StateFile) = (models.Path, false, state);
        await using (var server = await TestServer.StartAsync(Configure))
        {
            var status = (await server.PostAsync(
                "/models?url=same.onnx&model_name=echo&initial_workers=2", "")).GetProperty("status").GetString();

            Assert.That(status, Is.EqualTo("Model \"echo\" Version: 1 registered with 2 initial workers"));
            Assert.That(
                await server.PostTextAsync("/predictions/echo", """{"instances": [[7]]}"""),
                Is.EqualTo("""{"predictions":[[7]]}"""));
            await server.PostAsync("/models?url=none.onnx&model_name=other", "", HttpStatusCode.NotFound);
            await server.PostAsync("/models?url=same.onnx&model_name=linear", "", HttpStatusCode.Conflict);
            await server.PostAsync("/models?url=same.onnx&model_name=..", "", HttpStatusCode.BadRequest);
        }

        await using var again = await TestServer.StartAsync(Configure);
        Assert.That(
            await again.PostTextAsync("/predictions/echo", """{"instances": [[7]]}"""),
            Is.EqualTo("""{"predictions":[[7]]}"""));
        Assert.That((await again.GetAsync("/models/echo"))[0].GetProperty("workers").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task Management_EntryThatComesToHoldAnotherModel_IsNotServedUnderTheName()
    {
        using var models = new ModelsFolder();
        var (entry, state) = (models["box.maas"], models["state.json"]);
        void Configure(MaaSServingOptions o) => (o.ModelsPath, o.Watch, o.StateFile) = (models.Path, false, state);
        await ModelsFolder.CreateDigitsAsync(entry, m => m with { Name = "box" });
        await using (var server = await TestServer.StartAsync(Configure))
        {
            await server.PostAsync("/models?url=box.maas&model_name=echo", "");
            Assert.That(server.Models.Names, Is.EqualTo(new[] { "box", "echo" }));

            // Nobody who registered the one was asked about the other.
            File.Delete(entry);
            await ModelsFolder.CreateDigitsAsync(entry, m => m with { Name = "hidden" });
            await server.Models.LoadAsync("hidden");
            Assert.That(() => server.Models.Names, Is.EqualTo(new[] { "hidden" }).After(5000, 50));
        }

        await using var again = await TestServer.StartAsync(Configure);
        Assert.That(again.Models.Names, Is.EqualTo(new[] { "hidden" }));
        File.Delete(entry);
        await ModelsFolder.CreateDigitsAsync(entry, m => m with { Name = "box" });
        await again.Models.LoadAsync("echo");
        Assert.That(again.Models.Names, Does.Contain("echo"), "what was registered is served again once it is back");
    }

    [TestCase("min_worker=3", 3)]
    [TestCase("min_worker=1&max_worker=4", 4)]
    [TestCase("max_worker=2", 2)]
    public async Task Management_Workers_AreRunsAtOnce(string query, int expected)
    {
        using var put = await Server.Client.PutAsync(new Uri($"/models/linear?{query}", UriKind.Relative), null);

        Assert.That(await put.Content.ReadAsStringAsync(), Does.Contain($"Workers scaled to {expected}"));
        Assert.That(Server.Models.Instances("linear"), Is.EqualTo(expected));
        Assert.That(
            (await Server.GetAsync("/models/linear"))[0].GetProperty("maxWorkers").GetInt32(), Is.EqualTo(expected));
    }

    [TestCase("min_worker=3&max_worker=2")]
    [TestCase("max_worker=0")]
    [TestCase("min_worker=x")]
    public async Task Management_WorkersThatCannotBe_AreRefused(string query)
    {
        using var put = await Server.Client.PutAsync(new Uri($"/models/linear?{query}", UriKind.Relative), null);
        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Predictions_Put_AnswersAsPost()
    {
        using var content = new ByteArrayContent([0, 0, 0x80, 0x3F]);
        using var put = await Server.Client.PutAsync(new Uri("/predictions/same", UriKind.Relative), content);
        Assert.That(await put.Content.ReadAsStringAsync(), Is.EqualTo("[1]"));
    }

    [Test]
    public async Task Explanations_ImageFile_EqualsThoseOfItsPixels()
    {
        var pixels = Flatten(Conv.GetProperty("pixels")[0]);
        byte[] image = [.. "P5 28 28 255\n"u8, .. pixels.Select(p => (byte)p)];
        var raw = await SendAsync("/explanations/digits?parts=4", image, "image/x-portable-graymap", HttpStatusCode.OK);
        var rows = string.Join(',', pixels.Chunk(28).Select(r => $"[{string.Join(',', r)}]"));
        var json = await Server.PostTextAsync("/v1/models/digits:explain?parts=4", $$"""{"images": [[{{rows}}]]}""");

        Assert.That(raw, Is.EqualTo(json));
        await SendAsync("/explanations/none", image, "image/x-portable-graymap", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task ApiDescription_GetAndOptions_DescribeTheServer()
    {
        using var options = new HttpRequestMessage(HttpMethod.Options, new Uri("/", UriKind.Relative));
        using var response = await Server.Client.SendAsync(options);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(JsonDocument.Parse(text).RootElement.GetProperty("openapi").GetString(), Does.StartWith("3.1"));
        Assert.That((await Server.GetAsync("/api-description")).GetRawText(), Is.EqualTo(text));
    }

    private async Task<string> SendAsync(string path, byte[] body, string type, HttpStatusCode expected)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var response = await Server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return text;
    }
}
