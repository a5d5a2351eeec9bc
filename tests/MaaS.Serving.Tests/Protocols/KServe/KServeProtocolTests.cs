using System.Net;
using System.Text;
using System.Text.Json;

namespace MaaS.Serving.Tests.Protocols.KServe;

/// <summary>KServe's lists, probes and CloudEvents.</summary>
public sealed class KServeEndpointsTests : ServerFixture
{
    [TestCase("/v1/models")]
    [TestCase("/v2/models")]
    public async Task Models_List_NamesWhatAnswers(string path)
        => Assert.That(
            (await Server.GetAsync(path)).GetProperty("models").EnumerateArray().Select(m => m.GetString()),
            Is.EqualTo(Server.Models.Names));

    [TestCase("/livez")]
    [TestCase("/readyz")]
    public async Task Probes_ServerWithModels_AreOk(string path)
        => Assert.That((await Server.GetAsync(path)).GetProperty("status").GetString(), Is.EqualTo("ok"));

    [TestCase("/v2")]
    [TestCase("/v2/health/ready")]
    [TestCase("/v2/models/linear")]
    [TestCase("/v1/models/linear/metadata")]
    [TestCase("/models")]
    [TestCase("/ping")]
    [TestCase("/healthz")]
    [TestCase("/metrics")]
    [TestCase("/openapi.json")]
    [TestCase("/docs")]
    [TestCase("/")]
    public async Task Head_WhereverGetIs_HasTheHeadAlone(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
        using var head = await Server.Client.SendAsync(request);
        using var get = await Server.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That(head.StatusCode, Is.EqualTo(get.StatusCode));
        Assert.That(head.Content.Headers.ContentType, Is.EqualTo(get.Content.Headers.ContentType));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [TestCase("""  "data": {"instances": [[1, 2]]}  """)]
    [TestCase("""  "data_base64": "eyJpbnN0YW5jZXMiOiBbWzEsIDJdXX0="  """)]
    public async Task Predict_StructuredEvent_IsAnsweredWithOne(string data)
    {
        var (status, type, answer) = await SendAsync($$"""
            {"specversion": "1.0", "id": "1", "source": "test", "type": "predict", {{data}} }
            """);

        Assert.That((status, type), Is.EqualTo((HttpStatusCode.OK, "application/cloudevents+json")));
        Assert.That(answer.GetProperty("data").GetRawText(), Is.EqualTo("""{"predictions":[[1,2]]}"""));
        Assert.That(answer.GetProperty("type").GetString(), Is.EqualTo("io.kserve.inference.response"));
        Assert.That(answer.GetProperty("source").GetString(), Does.Contain("same"));
        Assert.That(answer.GetProperty("id").GetGuid(), Is.Not.EqualTo(Guid.Empty));
        Assert.That(
            answer.GetProperty("time").GetDateTimeOffset(),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
    }

    [TestCase("""{"specversion": "1.0", "id": "1", "source": "test", "data": {}}""", "type")]
    [TestCase("""{"specversion": "0.3", "id": "1", "source": "test", "type": "t", "data": {}}""", "1.0")]
    [TestCase("""{"specversion": "1.0", "id": "1", "source": "test", "type": "t"}""", "data_base64")]
    [TestCase("""{"specversion": "1.0", "id": "1", "source": "test", "type": "t", "data_base64": "?"}""", "base64")]
    public async Task Predict_BrokenEvent_IsRefused(string body, string expected)
    {
        var (status, _, answer) = await SendAsync(body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.GetProperty("error").GetString(), Does.Contain(expected));
    }

    [Test]
    public async Task Predict_BinaryEvent_IsAnsweredWithItsHeaders()
    {
        using var content = new StringContent("""{"instances": [[1, 2]]}""", Encoding.UTF8, "application/json");
        content.Headers.Add("ce-specversion", "1.0");
        using var response = await Server.Client.PostAsync(
            new Uri("/v1/models/same:predict", UriKind.Relative), content);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"predictions":[[1,2]]}"""));
        Assert.That(response.Headers.GetValues("ce-type"), Is.EqualTo(new[] { "io.kserve.inference.response" }));
    }

    [Test]
    public async Task Docs_Page_ShowsEveryPathWithoutScripts()
    {
        using var response = await Server.Client.GetAsync(new Uri("/docs", UriKind.Relative));
        var html = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(html, Does.Not.Contain("<script"));
        foreach (var path in (await Server.GetAsync("/openapi.json")).GetProperty("paths").EnumerateObject())
        {
            Assert.That(html, Does.Contain(WebUtility.HtmlEncode(path.Name)));
        }
    }

    private async Task<(HttpStatusCode Status, string? Type, JsonElement Answer)> SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/cloudevents+json");
        using var response = await Server.Client.PostAsync(
            new Uri("/v1/models/same:predict", UriKind.Relative), content);
        return (
            response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
