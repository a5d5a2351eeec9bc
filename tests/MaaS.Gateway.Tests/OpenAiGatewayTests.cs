using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Core.Tests.Importing;
using MaaS.Gateway.Hosting;
using MaaS.Onnx;
using MaaS.Serving;
using MaaS.Tests;
using MaaS.Text;
using Microsoft.Extensions.Logging;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Gateway.Tests;

/// <summary>OpenAI's routes before two servers of different models: one has <c>llama</c>, the other <c>merged</c> and
/// the encoder.</summary>
internal sealed class OpenAiGatewayTests
{
    private const string Llama = "llama-fp16", Merged = "merged", Encoder = "encoder";

    private TemporaryFolder _folder = null!;
    private ServingHost _first = null!, _second = null!;
    private GatewayHost _gateway = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task ServeTwo()
    {
        _folder = new TemporaryFolder();
        foreach (var (server, model) in new[] { ("first", Llama), ("second", Merged) })
        {
            Directory.CreateDirectory(_folder[server]);
            await ModelImport.FromHuggingFaceAsync(
                ForeignDecoder.Folder(model), Path.Combine(_folder[server], $"{model}.maas"));
        }

        await MakeEncoderAsync(Path.Combine(_folder["second"], $"{Encoder}.maas"));
        (_first, _second) = (await ServeAsync("first"), await ServeAsync("second"));
        _gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Servers = [Authority(_first), Authority(_second)],
                RepeatableBytes = 1 << 17,
            },
            "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0", configure: static b => b.Logging.ClearProviders());
        _client = new HttpClient { BaseAddress = _gateway.Address };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _gateway.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(Llama), TestCase(Merged)]
    public async Task Completions_GoToTheServerOfTheirModel_AndAreNumPys(string model)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(ForeignDecoder.Folder(model), "tokenizer.json"));
        foreach (var text in ForeignDecoder.Expected(model).Concat(ForeignDecoder.Expected(model)))
        {
            var (server, answer) = await PostAsync(
                "/v1/completions",
                // The model is not the first member.
                new { prompt = text.Text, model, max_tokens = ForeignDecoder.NewTokens, temperature = 0 });

            Assert.That(server, Is.EqualTo(Authority(model == Llama ? _first : _second)));
            Assert.That(
                answer.GetProperty("choices")[0].GetProperty("text").GetString(),
                Is.EqualTo(tokenizer.Decode([.. text.Tokens.Select(static t => (int)t)])));
        }
    }

    [TestCase(Llama, false), TestCase(Llama, true), TestCase(Merged, false), TestCase(Merged, true)]
    public async Task Chat_WholeAndStreamed_GoesToTheServerOfItsModel(string model, bool stream)
    {
        using var response = await SendAsync(
            "/v1/chat/completions",
            JsonSerializer.Serialize(new
            {
                model,
                messages = new[] { new { role = "user", content = "one two" } },
                max_tokens = 5,
                stream,
            }));
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        Assert.That(ServerOf(response), Is.EqualTo(Authority(model == Llama ? _first : _second)));
        Assert.That(
            stream ? text.TrimEnd().EndsWith("data: [DONE]", StringComparison.Ordinal)
                : text.Contains("chat.completion", StringComparison.Ordinal),
            text);
    }

    [Test]
    public async Task EmbeddingsAndReranking_GoToTheServerOfTheEncoder()
    {
        for (var i = 0; i < 5; i++)
        {
            var (server, answer) = await PostAsync("/v1/embeddings", new { input = "one", model = Encoder });
            Assert.That(server, Is.EqualTo(Authority(_second)));
            Assert.That(answer.GetProperty("data")[0].GetProperty("embedding").GetArrayLength(), Is.EqualTo(4));
        }

        var (ranking, ranked) = await PostAsync(
            "/v1/rerank", new { query = "one", documents = new[] { "two", "one" }, model = Encoder });
        Assert.That(ranking, Is.EqualTo(Authority(_second)));
        Assert.That(ranked.GetProperty("results")[0].GetProperty("index").GetInt32(), Is.EqualTo(1));
    }

    [TestCase("other", "other")]
    [TestCase("other:loud", "other")]
    public async Task Completions_ModelThatNoServerHas_IsNotFoundInOpenAisForm(string model, string named)
    {
        var error = await RefusalAsync(
            "/v1/completions", JsonSerializer.Serialize(new { model, prompt = "one" }), HttpStatusCode.NotFound);

        Assert.That(error.GetProperty("message").GetString(), Is.EqualTo(
            $"gateway: no server has the model '{named}'"));
        Assert.That(
            (error.GetProperty("type").GetString(), error.GetProperty("param").GetString(), error.GetProperty(
                "code").GetString()), Is.EqualTo(("invalid_request_error", "model", "model_not_found")));
    }

    // An adapter that nobody announces is a question for a server of its base.
    [Test]
    public async Task Completions_AdapterThatTheModelLacks_IsRefusedByItsServer()
    {
        var error = await RefusalAsync(
            "/v1/completions", $$"""{"model":"{{Llama}}:loud","prompt":"one"}""", HttpStatusCode.NotFound);

        Assert.That(error.GetProperty("message").GetString(), Does.Contain("expected one of its adapters"));
    }

    [TestCase("""{"model":"merged","prompt":""", "expected JSON")]
    [TestCase("""{"prompt":"one"}""", "model")]
    [TestCase("""{"model":7,"prompt":"one"}""", "model")]
    [TestCase("", "expected")]
    [TestCase("[]", "expected an object")]
    public async Task Completions_BodiesWithoutAModel_AreRefusedInOpenAisForm(string body, string expected)
        => Assert.That(
            (await RefusalAsync("/v1/completions", body, HttpStatusCode.BadRequest)).GetProperty("message")
                .GetString(), Does.Contain(expected));

    [Test]
    public async Task Embeddings_LongBody_NamesItsModelFirst()
    {
        var texts = string.Join(',', Enumerable.Repeat("\"one two three four\"", 1900));
        var more = new string(' ', 200_000);
        var (server, answer) = await PostAsync(
            "/v1/embeddings", $$"""{"model":"{{Encoder}}","input":[{{texts}}]{{more}}}""");
        Assert.That(server, Is.EqualTo(Authority(_second)));
        Assert.That(answer.GetProperty("data").GetArrayLength(), Is.EqualTo(1900));

        var error = await RefusalAsync(
            "/v1/embeddings", $$"""{"input":[{{texts}}]{{more}},"model":"{{Encoder}}"}""",
            HttpStatusCode.RequestEntityTooLarge);
        Assert.That(error.GetProperty("message").GetString(), Does.Contain("expected 'model' among the first 65536"));
    }

    [Test]
    public async Task Models_AreThoseOfTheWholeFleet_Once()
    {
        using var list = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/v1/models", UriKind.Relative)));
        string[] expected = [Encoder, Llama, Merged];

        Assert.That(
            list.RootElement.GetProperty("data").EnumerateArray().Select(static m => m.GetProperty("id").GetString()),
            Is.EqualTo(expected));
        Assert.That(
            list.RootElement.GetProperty("models").EnumerateArray().Select(static m => m.GetString()),
            Is.EqualTo(expected));
        Assert.That(
            await _client.GetStringAsync(new Uri("/V2/models/", UriKind.Relative)),
            Is.EqualTo($$"""{"models":["{{string.Join("\",\"", expected)}}"]}"""), "KServe's list of names");
        foreach (var model in expected)
        {
            using var one = await _client.GetAsync(new Uri($"/v1/models/{model}", UriKind.Relative));
            Assert.That(ServerOf(one), Is.EqualTo(Authority(model == Llama ? _first : _second)), model);
        }
    }

    private async Task<JsonElement> RefusalAsync(string path, string body, HttpStatusCode expected)
    {
        using var response = await SendAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonDocument.Parse(text).RootElement.GetProperty("error");
    }

    private async Task<(string Server, JsonElement Answer)> PostAsync(string path, object body)
    {
        using var response = await SendAsync(path, body as string ?? JsonSerializer.Serialize(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return (ServerOf(response), JsonDocument.Parse(text).RootElement);
    }

    private Task<HttpResponseMessage> SendAsync(string path, string body)
        => _client.PostAsync(
            new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private static string ServerOf(HttpResponseMessage response)
        => response.Headers.GetValues("X-MaaS-Server").Single();

    private static string Authority(ServingHost server) => server.Address.GetLeftPart(UriPartial.Authority);

    private Task<ServingHost> ServeAsync(string folder)
        => ServingHost.StartAsync(
            o => o.ModelsPath = _folder[folder], "http://127.0.0.1:0", static b => b.Logging.ClearProviders());

    // Four numbers for each token of the other fixtures' tokenizer.
    private async Task MakeEncoderAsync(string package)
    {
        const int Vocabulary = 265, Width = 4;
        var builder = new GraphBuilder("encoder");
        builder.AddInput("input_ids", DataType.Int64, ["batch", "sequence"]);
        builder.AddInput("attention_mask", DataType.Int64, ["batch", "sequence"]);
        var random = new Random(3);
        builder.AddInitializer(OnnxTensor.Create<float>(
            "table", [.. Enumerable.Range(0, Vocabulary * Width).Select(_ => (float)random.NextDouble() - 0.5f)],
            Vocabulary, Width));
        builder.Graph.Node.Add(new Onnx.Schema.NodeProto
        {
            OpType = "Gather",
            Name = "gather",
            Input = { "table", "input_ids" },
            Output = { "last_hidden_state" },
        });
        builder.AddOutput("last_hidden_state", DataType.Float, ["batch", "sequence", Width]);
        Directory.CreateDirectory(_folder["encoder"]);
        builder.Build().Save(Path.Combine(_folder["encoder"], "model.onnx"));
        var tokenizer = await File.ReadAllTextAsync(Path.Combine(ForeignDecoder.Folder(Llama), "tokenizer.json"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder["encoder"], "tokenizer.json"),
            tokenizer.Replace("<|im_end|>", "[PAD]", StringComparison.Ordinal));
        await File.WriteAllTextAsync(
            Path.Combine(_folder["encoder"], "config.json"),
            """{"model_type":"bert","hidden_size":4,"max_position_embeddings":64}""");
        await ModelImport.FromHuggingFaceAsync(
            _folder["encoder"], package, new ImportOptions { Name = Encoder, Pooling = EmbeddingPooling.Mean });
    }
}
