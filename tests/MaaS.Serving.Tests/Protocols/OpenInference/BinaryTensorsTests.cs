using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace MaaS.Serving.Tests.Protocols.OpenInference;

/// <summary>The binary tensor extension, byte by byte as its specification's examples show it.</summary>
public sealed class BinaryTensorsTests : ServerFixture
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    [TestCase("""{"name":"y","parameters":{"binary_data":true}}""", "")]
    [TestCase("""{"name":"y"}""", ""","parameters":{"binary_data_output":true}""")]
    public async Task Infer_BinaryInAndOut_EqualsNumpy(string output, string parameters)
    {
        var x = Flatten(Linear.GetProperty("x")).Select(v => (float)v).ToArray();
        var json = $$$"""{"id":"7","inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"outputs":[{{{output}}}]{{{parameters}}}}""";

        var (header, body) = await PostAsync("linear", json, Bytes(x));

        var answer = header.GetProperty("outputs")[0];
        Assert.That(header.GetProperty("id").GetString(), Is.EqualTo("7"));
        Assert.That(
            answer.GetRawText(),
            Is.EqualTo("""{"name":"y","datatype":"FP32","shape":[2,3],"parameters":{"binary_data_size":24}}"""));
        Assert.That(
            MemoryMarshal.Cast<byte, float>(body).ToArray().Select(v => (double)v),
            Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [Test]
    public async Task Infer_SeveralTypes_FollowInTheirOrder()
    {
        const string Json = """
            {"inputs":[
              {"name":"words","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}},
              {"name":"flags","shape":[2],"datatype":"BOOL","data":[true,false]},
              {"name":"numbers","shape":[2],"datatype":"INT64","parameters":{"binary_data_size":16}}],
             "parameters":{"binary_data_output":true},
             "outputs":[{"name":"echo"},{"name":"sum","parameters":{"binary_data":false}}]}
            """;
        byte[] words = [2, 0, 0, 0, 0xC3, 0xA4, 1, 0, 0, 0, (byte)'b'];

        var (header, body) = await PostAsync("mixed", Json, [.. words, .. Bytes<long>(5, -2)]);

        Assert.That(
            header.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32(),
            Is.EqualTo(11));
        Assert.That(header.GetProperty("outputs")[1].GetProperty("data").GetRawText(), Is.EqualTo("[6,-2]"));
        Assert.That(body, Is.EqualTo(words));
    }

    [Test]
    public async Task Infer_RawTensor_IsABatchOfOne()
    {
        var x = Flatten(Linear.GetProperty("x")[0]).Select(v => (float)v).ToArray();

        var (header, body) = await PostAsync("linear", "", Bytes(x));

        Assert.That(header.GetProperty("outputs")[0].GetProperty("shape").GetRawText(), Is.EqualTo("[1,3]"));
        Assert.That(
            MemoryMarshal.Cast<byte, float>(body).ToArray().Select(v => (double)v),
            Is.EqualTo(Flatten(Linear.GetProperty("y")[0])).Within(1e-5));
    }

    [Test]
    public async Task Infer_RawTensorOfOneFreeAxis_TellsItsSize()
    {
        var (header, body) = await PostAsync("same", "", Bytes(1f, 2f, 3f));

        Assert.That(header.GetProperty("outputs")[0].GetProperty("shape").GetRawText(), Is.EqualTo("[1,3]"));
        Assert.That(body, Is.EqualTo(Bytes(1f, 2f, 3f)));
    }

    [Test]
    public async Task Infer_RawText_IsOneElement()
    {
        var (header, body) = await PostAsync("text", "", "grün"u8.ToArray());

        Assert.That(header.GetProperty("outputs")[0].GetProperty("shape").GetRawText(), Is.EqualTo("[1]"));
        Assert.That(body, Is.EqualTo((byte[])[5, 0, 0, 0, .. "grün"u8]));
    }

    [Test]
    public async Task Infer_HalfPrecision_TravelsAsBytesOnly()
    {
        var json = """{"inputs":[{"name":"x","shape":[2],"datatype":"FP16","parameters":{"binary_data_size":4}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""";

        var (_, body) = await PostAsync("half", json, Bytes((Half)1.5, Half.NaN));

        Assert.That(body, Is.EqualTo(Bytes((Half)1.5, Half.NaN)));
        Assert.That(
            await Server.ErrorAsync(
                "/v2/models/half/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP16","data":[1]}]}"""),
                Does.Contain("binary data"));
        Assert.That(
            await ErrorAsync("half", json.Replace("true", "false", StringComparison.Ordinal), Bytes((Half)1, (Half)2)),
            Does.Contain("binary_data"));
    }

    [Test]
    public async Task Infer_Classification_GivesTheLargestWithLabels()
    {
        var image = string.Join(',', Enumerable.Repeat("0.5", 784 * 2));
        var json = $$"""{"inputs":[{"name":"image","shape":[2,1,28,28],"datatype":"FP32","data":[{{image}}]}],"outputs":[{"name":"logits"OUT}]}""";

        var logits = await Server.PostAsync(
            "/v2/models/digits/infer", json.Replace("OUT", "", StringComparison.Ordinal));
        var classes = await Server.PostAsync(
            "/v2/models/digits/infer",
            json.Replace("OUT", ""","parameters":{"classification":3}""", StringComparison.Ordinal));

        var scores = logits.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetSingle())
            .Take(10).ToArray();
        var expected = scores.Index().OrderByDescending(s => s.Item).Take(3)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Item}:{s.Index}:digit {s.Index}")).ToArray();
        var output = classes.GetProperty("outputs")[0];
        Assert.That(output.GetProperty("datatype").GetString(), Is.EqualTo("BYTES"));
        Assert.That(output.GetProperty("shape").GetRawText(), Is.EqualTo("[2,3]"));
        Assert.That(
            output.GetProperty("data").EnumerateArray().Select(v => v.GetString()),
            Is.EqualTo(expected.Concat(expected)));
    }

    [TestCase(16, 20)]
    [TestCase(32, 32)]
    public async Task Infer_BytesMissing_NamesTheHeaders(int sent, int declared)
    {
        var json = $$$"""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":{{{declared}}}}}]}""";
        Assert.That(
            await ErrorAsync("linear", json, new byte[sent]),
            Does.Contain(declared > sent ? $"got {sent}" : "expected 16 bytes"));
    }

    [Test]
    public async Task Infer_MalformedBinary_NamesWhatWasExpected()
    {
        const string X =
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""";
        Assert.That(await ErrorAsync("linear", X, new byte[20]), Does.Contain("got 4 more bytes"));
        Assert.That(
            await ErrorAsync(
                "linear", X.Replace("\"FP32\",", "\"FP32\",\"data\":[1,2,3,4],", StringComparison.Ordinal),
                new byte[16]), Does.Contain("one of data"));
        Assert.That(
            await ErrorAsync("linear", X.Replace("16", "-1", StringComparison.Ordinal), []),
            Does.Contain("binary_data_size"));
        Assert.That(await ErrorAsync("linear", X, new byte[16], "x"), Does.Contain(HeaderLength));
        Assert.That(await ErrorAsync("linear", X, new byte[16], "99999"), Does.Contain("99999"));
        Assert.That(await ErrorAsync("linear", "", new byte[7]), Does.Contain("expected 16 bytes"));
        Assert.That(await ErrorAsync("mixed", "", new byte[7]), Does.Contain("JSON part"));
        const string Words =
            """{"inputs":[{"name":"text","shape":[COUNT],"datatype":"BYTES","parameters":{"binary_data_size":6}}]}""";
        Assert.That(
            await ErrorAsync("text", Words.Replace("COUNT", "1", StringComparison.Ordinal), [9, 0, 0, 0, 1, 1]),
            Does.Contain("expected 1 elements"));
        Assert.That(
            await ErrorAsync("text", Words.Replace("COUNT", "1", StringComparison.Ordinal), [1, 0, 0, 0, 1, 1]),
            Does.Contain("expected 1 elements"));
        Assert.That(
            await ErrorAsync(
                "text", Words.Replace("COUNT", "4000000000000", StringComparison.Ordinal), [2, 0, 0, 0, 1, 1]),
                Does.Contain("4000000000000"));
        Assert.That(
            await ErrorAsync(
                "mixed",
                """{"inputs":[{"name":"flags","shape":[1],"datatype":"BOOL","parameters":{"binary_data_size":1}}]}""",
                [2]), Does.Contain("0 and 1"));
    }

    [Test]
    public async Task Infer_TimeoutParameter_EndsInA504()
    {
        var json = """{"parameters":{"timeout":1,"priority":1,"mine":[{}]},"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""";
        var status = (HttpStatusCode)0;
        for (var i = 0; i < 50 && status != HttpStatusCode.GatewayTimeout; i++)
        {
            // One microsecond is over before the run starts, unless the clock stands still.
            using var content = new StringContent(json);
            using var response = await Server.Client.PostAsync(
                new Uri("/v2/models/linear/infer", UriKind.Relative), content);
            status = response.StatusCode;
        }

        Assert.That(status, Is.EqualTo(HttpStatusCode.GatewayTimeout));
    }

    [TestCase("/v2/models/linear/config", "\"TYPE_FP32\",\"format\":\"FORMAT_NONE\",\"dims\":[4]")]
    [TestCase("/v2/models/mixed/versions/1/config", "\"TYPE_STRING\"")]
    public async Task Config_Model_NamesTypesAndAxes(string path, string expected)
        => Assert.That((await Server.GetAsync(path)).GetRawText(), Does.Contain(expected));

    [Test]
    public async Task Statistics_AfterRequests_CountRows()
    {
        static JsonElement Of(JsonElement stats) => stats.GetProperty("model_stats")[0];
        const string Body = """{"inputs":[{"name":"index","shape":[3],"datatype":"INT64","data":[0,1,2]}]}""";
        await Server.PostAsync("/v2/models/gather/infer", Body);
        var before = Of(await Server.GetAsync("/v2/models/gather/stats"));

        await Server.PostAsync("/v2/models/gather/infer", Body);
        await Server.ErrorAsync("/v2/models/gather/infer", Body.Replace("2]", "9]", StringComparison.Ordinal));

        var after = Of(await Server.GetAsync("/v2/models/gather/versions/1/stats"));
        int Grown(Func<JsonElement, JsonElement> of) => of(after).GetInt32() - of(before).GetInt32();
        Assert.That(Grown(s => s.GetProperty("inference_count")), Is.EqualTo(3));
        Assert.That(Grown(s => s.GetProperty("execution_count")), Is.EqualTo(1));
        Assert.That(
            Grown(s => s.GetProperty("inference_stats").GetProperty("success").GetProperty("count")), Is.EqualTo(1));
        Assert.That(
            Grown(s => s.GetProperty("inference_stats").GetProperty("fail").GetProperty("count")), Is.EqualTo(1));
        var batch = after.GetProperty("batch_stats").EnumerateArray().Single();
        Assert.That(batch.GetProperty("batch_size").GetInt32(), Is.EqualTo(3));
        Assert.That(batch.GetProperty("compute_infer").GetProperty("ns").GetInt64(), Is.Positive);
        Assert.That(
            (await Server.GetAsync("/v2/models/stats")).GetProperty("model_stats").GetArrayLength(), Is.GreaterThan(5));
        await Server.GetAsync("/v2/models/none/stats", HttpStatusCode.NotFound);
    }

    private async Task<(JsonElement Header, byte[] Body)> PostAsync(string model, string json, byte[] binary)
    {
        using var response = await SendAsync(model, json, binary, null);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(bytes));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/octet-stream"));
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(bytes.Length));
        var length = int.Parse(response.Headers.GetValues(HeaderLength).Single(), CultureInfo.InvariantCulture);
        return (JsonDocument.Parse(bytes.AsMemory(0, length)).RootElement, bytes[length..]);
    }

    private async Task<string> ErrorAsync(string model, string json, byte[] binary, string? length = null)
    {
        using var response = await SendAsync(model, json, binary, length);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), text);
        return JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
    }

    private async Task<HttpResponseMessage> SendAsync(string model, string json, byte[] binary, string? length)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"/v2/models/{model}/infer", UriKind.Relative))
        {
            Content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(json), .. binary])
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
            },
        };
        request.Headers.TryAddWithoutValidation(
            HeaderLength, length ?? Encoding.UTF8.GetByteCount(json).ToString(CultureInfo.InvariantCulture));
        return await Server.Client.SendAsync(request);
    }

    private static byte[] Bytes<T>(params T[] values)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(values).ToArray();
}
