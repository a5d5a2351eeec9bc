using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.OpenAi.Embeddings;

public sealed class EmbeddingEndpointsTests : EncoderServer
{
    private static readonly string[] Texts =
    [
        "The cat sat on the mat.",
        "A model as a service.",
        "Call me Ishmael. Some years ago, never mind how long precisely, I thought I would sail about a little.",
        "x",
    ];

    private static readonly string[] Sentence = [Texts[0]];

    [Test]
    public async Task Embeddings_Texts_AreThoseOfThePackage()
    {
        var expected = Encoder.Embed(Texts);

        var answer = await PostAsync("/v1/embeddings", new { model = "minilm", input = Texts });

        Assert.That(answer.GetProperty("object").GetString(), Is.EqualTo("list"));
        Assert.That(answer.GetProperty("model").GetString(), Is.EqualTo("minilm"));
        var data = answer.GetProperty("data").EnumerateArray().ToArray();
        for (var i = 0; i < Texts.Length; i++)
        {
            Assert.That(data[i].GetProperty("index").GetInt32(), Is.EqualTo(i));
            Assert.That(data[i].GetProperty("object").GetString(), Is.EqualTo("embedding"));
            Assert.That(Numbers(data[i]), Is.EqualTo(expected[i]).Within(1e-5f));
        }

        var tokens = Texts.Sum(t => Encoder.Encoder.Encode(t).Length);
        var usage = answer.GetProperty("usage");
        Assert.That(usage.GetProperty("prompt_tokens").GetInt32(), Is.EqualTo(tokens));
        Assert.That(usage.GetProperty("total_tokens").GetInt32(), Is.EqualTo(tokens));
    }

    [Test]
    public async Task Embeddings_EveryFormOfInput_GivesTheSameVector()
    {
        var ids = Encoder.Encoder.Encode(Texts[0]);
        var expected = Encoder.Embed(Sentence)[0];

        foreach (var input in new object[] { Texts[0], Sentence, ids, new[] { ids } })
        {
            var answer = await PostAsync("/v1/embeddings", new { model = "minilm", input, user = "somebody" });

            Assert.That(answer.GetProperty("data").GetArrayLength(), Is.EqualTo(1));
            Assert.That(Numbers(answer.GetProperty("data")[0]), Is.EqualTo(expected).Within(1e-5f));
        }
    }

    [Test]
    public async Task Embeddings_Base64_IsTheFloatsInLittleEndian()
    {
        var floats = Numbers((await PostAsync("/v1/embeddings", new { model = "minilm", input = Texts[0] }))
            .GetProperty("data")[0]);

        var answer = await PostAsync(
            "/v1/embeddings", new { model = "minilm", input = Texts[0], encoding_format = "base64" });

        var bytes = answer.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.That(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), Is.EqualTo(floats));
    }

    [Test]
    public async Task Embeddings_Dimensions_AreTheFirstOnesAtLengthOne()
    {
        var whole = Encoder.Embed(Sentence)[0];
        var length = Math.Sqrt(whole.Take(64).Sum(static v => (double)v * v));

        var answer = await PostAsync("/v1/embeddings", new { model = "minilm", input = Texts[0], dimensions = 64 });

        Assert.That(
            Numbers(answer.GetProperty("data")[0]),
            Is.EqualTo(whole.Take(64).Select(v => (float)(v / length))).Within(1e-5f));
    }

    [Test]
    public async Task Embeddings_ThousandTexts_AreAnsweredInTheirOrder()
    {
        string[] texts =
            [.. Enumerable.Range(0, 1000).Select(static i => $"text number {i}, {new string('a', i % 40)}")];

        var answer = await PostAsync("/v1/embeddings", new { model = "minilm", input = texts });

        var data = answer.GetProperty("data").EnumerateArray().ToArray();
        Assert.That(data, Has.Length.EqualTo(1000));
        foreach (var i in new[] { 0, 499, 999 })
        {
            Assert.That(Numbers(data[i]), Is.EqualTo(Encoder.Embed([texts[i]])[0]).Within(1e-5f));
        }
    }

    [TestCase("""{"model":"minilm"}""", "input", "expected a text, an array of texts")]
    [TestCase("""{"input":"a"}""", "model", "got none")]
    [TestCase("""{"model":"minilm","input":[]}""", "input", "empty array")]
    [TestCase("""{"model":"minilm","input":["a",""]}""", "input[1]", "not empty")]
    [TestCase("""{"model":"minilm","input":["a",1]}""", "input[1]", "got a number")]
    [TestCase("""{"model":"minilm","input":[[1,2],[]]}""", "input[1]", "not empty")]
    [TestCase("""{"model":"minilm","input":[99999999]}""", "input[0]", "expected tokens from 0 to 30521")]
    [TestCase("""{"model":"minilm","input":[101,0]}""", "input[0]", "the padding")]
    [TestCase("""{"model":"minilm","input":[-1]}""", "input", "whole numbers of 0 or more")]
    [TestCase("""{"model":"minilm","input":"a","dimensions":385}""", "dimensions", "at most 384")]
    [TestCase("""{"model":"minilm","input":[99999999],"dimensions":385}""", "dimensions", "at most 384")]
    [TestCase("""{"model":"minilm","input":"a","dimensions":0}""", "dimensions", "from 1")]
    [TestCase("""{"model":"minilm","input":"a","encoding_format":"hex"}""", "encoding_format", "float, base64")]
    [TestCase("""{"model":"minilm","input":"a","truncate":true}""", "truncate", "no such parameter")]
    [TestCase("""{"model":"minilm","input":"\ud800"}""", "input", "Unicode")]
    [TestCase("""{"model":"linear","input":"a"}""", "model", "expected a sentence encoder")]
    [TestCase("""{"model":"minilm","input":"a","input":"b"}""", "input", "twice")]
    [TestCase("""[]""", null, "expected an object")]
    [TestCase("""{"model":""", null, "expected JSON")]
    public async Task Embeddings_BadRequest_NamesTheMember(string body, string? parameter, string message)
    {
        var error = (await PostAsync("/v1/embeddings", body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter));
        Assert.That(error.GetProperty("message").GetString(), Does.Contain(message));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
    }

    [Test]
    public async Task Embeddings_Adapter_IsNotFound()
    {
        var error = (await PostAsync(
            "/v1/embeddings", new { model = "minilm:poems", input = "a" }, HttpStatusCode.NotFound))
            .GetProperty("error");

        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("model_not_found"));
    }

    [Test]
    public async Task Embeddings_TooManyTokens_SaysTheContext()
    {
        var error = (await PostAsync(
            "/v1/embeddings", new { model = "minilm", input = Enumerable.Repeat(7, 257) }, HttpStatusCode.BadRequest))
            .GetProperty("error");

        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("context_length_exceeded"));
    }

    [TestCase("/v1/embeddings")]
    [TestCase("/v1/rerank")]
    public async Task Embeddings_Keys_AreAskedForInOpenAisForm(string path)
    {
        var body = new { model = "minilm", input = "a", query = "a", documents = Texts };

        var none = (await PostAsync(path, body, HttpStatusCode.Unauthorized, key: null)).GetProperty("error");
        var wrong = (await PostAsync(
            path, body, HttpStatusCode.Unauthorized, ApiKey.Create("x", ["predict"]).Key)).GetProperty("error");
        var other = (await PostAsync(
            path, path == "/v1/rerank" ? new { model = "minilm", query = "a", documents = Texts }
                : new { model = "minilm", input = "a" }, HttpStatusCode.Forbidden, OtherKey)).GetProperty("error");

        Assert.That(none.GetProperty("type").GetString(), Is.EqualTo("authentication_error"));
        Assert.That(wrong.GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
        Assert.That(other.GetProperty("type").GetString(), Is.EqualTo("permission_error"));
    }

    [Test]
    public async Task Embeddings_UnknownModel_IsNotFound()
    {
        var error = (await PostAsync(
            "/v1/rerank", new { model = "linear", query = "a", documents = Texts }, HttpStatusCode.BadRequest,
            OtherKey)).GetProperty("error");
        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("model"));

        await using var open = await TestServer.StartAsync(o => o.ModelsPath = Path.GetTempPath());
        var missing = await open.PostAsync(
            "/v1/embeddings", """{"model":"none","input":"a"}""", HttpStatusCode.NotFound);
        Assert.That(missing.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("model_not_found"));
    }

    private static float[] Numbers(JsonElement entry)
        => [.. entry.GetProperty("embedding").EnumerateArray().Select(static n => n.GetSingle())];
}
