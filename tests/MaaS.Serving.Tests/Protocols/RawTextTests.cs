using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MaaS.Serving.Tests.Protocols;

/// <summary>Raw mails get the probabilities of the trainer's evaluation, whatever the protocol.</summary>
public sealed class RawTextTests : MailServer
{
    [Test]
    public void Mails_HeldBack_AreTellingAndOfManyLengths()
    {
        Assert.That(Mails, Has.Length.GreaterThan(30));
        Assert.That(Mails.Max(static m => m.Length), Is.GreaterThan(10 * Mails.Min(static m => m.Length)));
        Assert.That(
            Expected.Max(static p => p[1]) - Expected.Min(static p => p[1]), Is.GreaterThan(0.5),
            "an answer tells which mail it belongs to");
    }

    [Test]
    public async Task Predict_Instances_GivesLabelsAndProbabilities()
    {
        var answer = (await Server.PostAsync(
            "/predict?model=spam", JsonSerializer.Serialize(new { instances = Mails }))).GetProperty("predictions");

        Assert.That(answer.GetArrayLength(), Is.EqualTo(Mails.Length));
        for (var i = 0; i < Mails.Length; i++)
        {
            var probabilities = answer[i].GetProperty("probabilities");
            AreEqual(
                [probabilities.GetProperty("ham").GetSingle(), probabilities.GetProperty("spam").GetSingle()],
                Expected[i]);
            Assert.That(
                answer[i].GetProperty("label").GetString(),
                Is.EqualTo(Expected[i][1] > Expected[i][0] ? "spam" : "ham"));
        }
    }

    [Test]
    public async Task TensorFlowPredict_RowsColumnsAndObjects_GiveLogits()
    {
        foreach (var (body, member) in new (object, string)[]
        {
            (new { instances = Mails }, "predictions"),
            (new { instances = Mails.Select(static m => new { text = m }) }, "predictions"),
            (new { instances = Mails.Select(static m => new { b64 = Encoding.UTF8.GetBytes(m) }) }, "predictions"),
            (new { inputs = Mails }, "outputs"),
            (new { inputs = new { text = Mails } }, "outputs"),
        })
        {
            var rows = (await Server.PostAsync("/v1/models/spam:predict", JsonSerializer.Serialize(body))).GetProperty(member);
            AreEqual(
                rows.EnumerateArray().SelectMany(static r => Softmax(Numbers(r))), Expected.SelectMany(static p => p));
        }
    }

    [Test]
    public async Task TensorFlowClassify_Examples_GivesLabelsAndProbabilities()
    {
        var body = JsonSerializer.Serialize(new { examples = Mails.Select(static m => new { text = m }) });
        var results = (await Server.PostAsync("/v1/models/spam:classify", body)).GetProperty("results");

        Assert.That(
            results[0].EnumerateArray().Select(static c => c[0].GetString()), Is.EqualTo(new[] { "ham", "spam" }));
        AreEqual(
            results.EnumerateArray().SelectMany(static r => r.EnumerateArray().Select(static c => c[1].GetSingle())),
            Expected.SelectMany(static p => p));
    }

    [TestCase("[{0}]")]
    [TestCase("[{0},1]")]
    public async Task Infer_Json_GivesLogits(string shape)
    {
        var answer = await Server.PostAsync("/v2/models/spam/infer", $$"""
            {"inputs": [{"name": "text", "datatype": "BYTES", "shape": {{shape.Replace("{0}", $"{Mails.Length}", StringComparison.Ordinal)}}, "data": {{JsonSerializer.Serialize(Mails)}}}]}
            """);

        AreEqual(
            Numbers(answer.GetProperty("outputs")[0].GetProperty("data")).Chunk(2).SelectMany(Softmax),
            Expected.SelectMany(static p => p));
    }

    [Test]
    public async Task Infer_Classification_NamesTheClass()
    {
        var spam = Array.FindIndex(Expected, static p => p[1] > 0.5);
        var answer = await Server.PostAsync("/v2/models/spam/infer", $$$"""
            {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": [{{{JsonSerializer.Serialize(Mails[spam])}}}]}],
             "outputs": [{"name": "logits", "parameters": {"classification": 1}}]}
            """);

        Assert.That(answer.GetProperty("outputs")[0].GetProperty("data")[0].GetString(), Does.EndWith(":1:spam"));
    }

    [Test]
    public async Task Infer_Binary_GivesLogits()
    {
        var texts = Mails.SelectMany(static m => Element(Encoding.UTF8.GetBytes(m))).ToArray();
        var answer = await BinaryAsync(texts, Mails.Length);

        AreEqual(
            Numbers(answer.GetProperty("outputs")[0].GetProperty("data")).Chunk(2).SelectMany(Softmax),
            Expected.SelectMany(static p => p));
    }

    [Test]
    public async Task TorchServe_RawBody_GivesClassesByProbability()
    {
        for (var i = 0; i < Mails.Length; i++)
        {
            using var content = new StringContent(Mails[i], Encoding.UTF8, "text/plain");
            using var response = await Server.Client.PostAsync(new Uri("/predictions/spam", UriKind.Relative), content);
            var classes = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            AreEqual([classes.GetProperty("ham").GetSingle(), classes.GetProperty("spam").GetSingle()], Expected[i]);
        }
    }

    [Test]
    public async Task Infer_TokensOfAClient_AreTakenToo()
    {
        var answer = await Server.PostAsync("/v2/models/spam/infer", """
            {"inputs": [{"name": "input_ids", "datatype": "INT64", "shape": [1, 3], "data": [2, 40, 3]}, {"name": "attention_mask", "datatype": "INT64", "shape": [1, 3], "data": [1, 1, 1]}]}
            """);

        Assert.That(answer.GetProperty("outputs")[0].GetProperty("shape").GetRawText(), Is.EqualTo("[1,2]"));
    }

    [TestCase(97, 5, "expected at most 96 tokens a row, got 97")]
    [TestCase(3, -1, "expected ids from 0 to 999, got -1")]
    [TestCase(3, 1000, "expected ids from 0 to 999, got 1000")]
    public async Task Infer_TokensThatTheModelDoesNotKnow_Answers400(int length, int id, string expected)
    {
        var data = Enumerable.Repeat(id, length);
        using var content = new StringContent(JsonSerializer.Serialize(new
        {
            inputs = new[]
            {
                new { name = "input_ids", datatype = "INT64", shape = new[] { 1, length }, data },
                new { name = "attention_mask", datatype = "INT64", shape = new[]
                {
                    1, length,
                }, data = Enumerable.Repeat(1, length) },
            },
        }));
        using var response = await Server.Client.PostAsync(new Uri("/v2/models/spam/infer", UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(expected));
    }

    [Test]
    public async Task Predict_ManyAtOnceOfAllLengths_EachGetsItsOwn()
    {
        await Task.WhenAll(Enumerable.Range(0, 96).Select(async request =>
        {
            var mine = Enumerable.Range(0, 1 + (request % 5)).Select(i => ((request * 7) + (i * 11)) % Mails.Length)
                .ToArray();
            var answer = await Server.PostAsync(
                "/v1/models/spam:predict", JsonSerializer.Serialize(new { instances = mine.Select(i => Mails[i]) }));
            AreEqual(
                answer.GetProperty("predictions").EnumerateArray().SelectMany(static r => Softmax(Numbers(r))),
                mine.SelectMany(i => Expected[i]));
        }));
    }

    [Test]
    public async Task Metadata_EveryProtocol_ShowsTheTexts()
    {
        const string Spec = """[{"name":"text","datatype":"BYTES","shape":[-1]}]""";
        Assert.That((await Server.GetAsync("/v2/models/spam")).GetProperty("inputs").GetRawText(), Is.EqualTo(Spec));
        Assert.That(
            (await Server.GetAsync("/v2/models/spam/config")).GetProperty("input").GetRawText(),
            Is.EqualTo(
                """[{"name":"text","data_type":"TYPE_STRING","format":"FORMAT_NONE","dims":[-1],"allow_ragged_batch":false,"optional":false,"is_shape_tensor":false}]"""));
        var signature = (await Server.GetAsync("/v1/models/spam/metadata")).GetProperty("metadata")
            .GetProperty("signature_def").GetProperty("signature_def").GetProperty("serving_default");
        Assert.That(
            signature.GetProperty("inputs").GetProperty("text").GetProperty("dtype").GetString(),
            Is.EqualTo("DT_STRING"));
        Assert.That(
            (await Server.GetAsync("/openapi/v1.json")).GetProperty("paths").GetProperty("/v2/models/{name}/infer")
                .GetProperty("post").GetProperty("description").GetString(),
            Does.Contain("\"datatype\":\"BYTES\""));
    }

    [TestCase("""{"instances": []}""", "expected 1 to 4 texts, got 0")]
    [TestCase(
        """{"instances": ["a", "b", "c", "d", "e"]}""", "expected 1 to 4 texts, got 5; send them in several requests")]
    [TestCase("""{"instances": [3]}""", "expected string values")]
    [TestCase("""{"instances": ["\ud800"]}""", "expected Unicode text")]
    [TestCase("""{"instances": [{"b64": "/w=="}]}""", "expected UTF-8, got other bytes")]
    [TestCase("""{"inputs": "one"}""", "expected string[batch], got string[]")]
    [TestCase("""{"inputs": {"text": ["a"], "input_ids": [[2, 3]]}}""", "got some of both")]
    public async Task Predict_NoTexts_SaysWhatWasExpected(string body, string message)
        => Assert.That(await Server.ErrorAsync("/v1/models/strict:predict", body), Does.Contain(message));

    [Test]
    public async Task Predict_OverlongAndRefused_NamesTheText()
    {
        var words = string.Join(' ', Enumerable.Repeat("money", 200));

        Assert.That(
            await Server.ErrorAsync(
                "/predict?model=strict",
                JsonSerializer.Serialize(new { instances = new[] { "fine", "fine too", words } })),
            Does.Contain("input 'text': text 2: expected a text of at most 96 tokens, got 202"));
        Assert.That(
            await Server.ErrorAsync(
                "/predict?model=strict", JsonSerializer.Serialize(new { instances = new[] { "fine", words + words } })),
            Does.Contain("text 1: expected at most 2000 characters"));
    }

    [Test]
    public async Task Predict_EmptyText_GetsAnAnswer()
    {
        var answer = await Server.PostAsync(
            "/predict?model=spam", """{"instances": ["", "<p></p>", "Subject: \n\n"]}""");

        var spam = answer.GetProperty("predictions").EnumerateArray()
            .Select(static p => p.GetProperty("probabilities").GetProperty("spam").GetDouble()).ToArray();
        Assert.That(spam[0], Is.InRange(0, 1));
        Assert.That(spam, Is.All.EqualTo(spam[0]).Within(1e-6), "nothing is left of any");
    }

    [Test]
    public async Task Predict_TextsOfAMegabyte_GetAnAnswer()
    {
        var texts = new[]
        {
            new string('a', 1 << 20), string.Concat(Enumerable.Repeat("win <b>money</b>\u200b 😀 ", 45_000)),
            string.Concat(Enumerable.Repeat("<", 1 << 20)),
        };
        foreach (var text in texts)
        {
            var answer = await Server.PostAsync(
                "/predict?model=spam", JsonSerializer.Serialize(new { instances = new[] { text } }));
            Assert.That(answer.GetProperty("predictions")[0].GetProperty("label").GetString(), Is.AnyOf("ham", "spam"));
        }
    }

    [Test]
    public async Task Infer_BytesThatAreNoText_Is400AndTheServerStays()
    {
        foreach (var (element, message) in new[] { ((byte[])[0xFF, 0xFE], "UTF-8"), ([0xED, 0xA0, 0x80], "UTF-8") })
        {
            var answer = await BinaryAsync([.. Element(element)], 1, HttpStatusCode.BadRequest);
            Assert.That(answer.GetProperty("error").GetString(), Does.Contain("input 'text'").And.Contains(message));
        }

        await BinaryAsync([.. Element("still there"u8.ToArray())], 1);
    }

    private static byte[] Element(byte[] text)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return [.. length, .. text];
    }

    private async Task<JsonElement> BinaryAsync(byte[] texts, int count, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"inputs":[{"name":"text","shape":[{{{count}}}],"datatype":"BYTES","parameters":{"binary_data_size":{{{texts.Length}}}}}]}""");
        using var content = new ByteArrayContent([.. header, .. texts]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{header.Length}");
        using var response = await Server.Client.PostAsync(new Uri("/v2/models/spam/infer", UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonDocument.Parse(text).RootElement;
    }
}
