using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Security;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A model with an adapter, whose texts torch writes too: one key may use it alone, another only
/// <c>linear</c>, a third one all.</summary>
public sealed class AdapterTests
{
    private const string Chat = "/v1/chat/completions", Completions = "/v1/completions", Name = "base:loud";

    private const string Settings = """
        {"bos_token":"<s>","chat_template":"{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"}
        """;

    private static readonly GenerationOptions Greedy = new() { MaxNewTokens = 12 };

    private readonly ModelsFolder _models = new();
    private readonly DirectoryInfo _adapter = Directory.CreateTempSubdirectory("maas-adapter-");
    private string _plainText = null!, _adaptedText = null!;
    private TestServer _server = null!;
    private string _key = null!, _other = null!, _open = null!;

    [OneTimeSetUp]
    public async Task PackAndServe()
    {
        var tokenizer = SentencePiece.Make(truncation: 3, padding: 9);
        using var model = Model();
        using (var generator = new TextGenerator(model.Start, SentencePiece.Make(), []))
        {
            _plainText = string.Concat(generator.Generate("the cat", Greedy).Select(static p => p.Text));
        }

        using (var changed = Model())
        using (var adapted = new LoraModel(changed, new() { Rank = 2, Targets = ["query", "value"] }))
        {
            using (no_grad())
            {
                foreach (var matrix in adapted.parameters().Where(static p => p.requires_grad))
                {
                    matrix.copy_(randn_like(matrix));
                }
            }

            LoraCheckpoint.Save(_adapter.FullName, adapted, "base");
            using var generator = new TextGenerator(changed.Start, SentencePiece.Make(), []);
            _adaptedText = string.Concat(generator.Generate("the cat", Greedy).Select(static p => p.Text));
        }

        await model.PackAsync(_models["base.maas"], "base", tokenizer, new DecoderPackageOptions
        {
            TokenizerConfig = Settings,
            Adapters = new Dictionary<string, string> { ["loud"] = _adapter.FullName },
        });
        _models.Add("linear");
        (_key, var all) = ApiKey.Create("all", ["predict", "read"], ["base"]);
        (_other, var other) = ApiKey.Create("other", ["predict", "read"], ["linear"]);
        (_open, var open) = ApiKey.Create("open", ["predict", "read"]);
        _server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Security.ApiKeys.Add(all);
                o.Security.ApiKeys.Add(other);
                o.Security.ApiKeys.Add(open);
            },
            isOpen: false);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
        _adapter.Delete(recursive: true);
    }

    [Test]
    public async Task Completions_Adapter_WritesItsTextAndNotTheModels()
    {
        Assume.That(_adaptedText, Is.Not.EqualTo(_plainText));

        foreach (var (model, expected) in new[] { ("base", _plainText), (Name, _adaptedText) })
        {
            var answer = await PostAsync(
                Completions, new { model, prompt = "the cat", max_tokens = 12, temperature = 0 });

            // torch's text begins anew, the answer goes on where the prompt ends.
            Assert.That(
                answer.GetProperty("choices")[0].GetProperty("text").GetString()!.TrimStart(),
                Is.EqualTo(expected.TrimStart()));
            Assert.That(answer.GetProperty("model").GetString(), Is.EqualTo(model));
            Assert.That(answer.GetProperty("system_fingerprint").GetString(), Is.EqualTo($"{model}-1"));
        }
    }

    [Test]
    public async Task Chat_Adapter_IsAnswered()
    {
        var answer = await PostAsync(
            Chat,
            new { model = Name, messages = new[] { new { role = "user", content = "the cat" } }, max_tokens = 3 });

        Assert.That(answer.GetProperty("model").GetString(), Is.EqualTo(Name));
    }

    [TestCase("base:other")]
    [TestCase("base:")]
    [TestCase("none:loud")]
    [TestCase("none")]
    public async Task Completions_UnknownModelOrAdapter_IsNotFound(string model)
    {
        var error = (await PostAsync(Completions, new { model, prompt = "a" }, HttpStatusCode.NotFound, _open))
            .GetProperty("error");

        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("model_not_found"));
        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("model"));
    }

    [Test]
    public async Task Completions_AdapterOfAModelKeptFromTheCaller_IsForbidden()
        => await PostAsync(Completions, new { model = Name, prompt = "a" }, HttpStatusCode.Forbidden, _other);

    [TestCase("user")]
    [TestCase("model")]
    public async Task Completions_NamesWithoutEnd_AreRefused(string member)
    {
        var body = new Dictionary<string, string> { ["model"] = "base", ["prompt"] = "a", ["user"] = "ann" };
        body[member] = new string('x', 257);

        var error = (await PostAsync(Completions, body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(member));
        Assert.That(error.GetProperty("message").GetString(), Has.Length.LessThan(200));
    }

    [Test]
    public async Task Models_Adapters_AreListedBesideTheirModels()
    {
        var data = (await GetAsync("/v1/models")).GetProperty("data");
        var one = await GetAsync($"/v1/models/{Name}");

        Assert.That(
            data.EnumerateArray().Select(static m => m.GetProperty("id").GetString()),
            Is.EqualTo(new[] { "base", Name }));
        Assert.That(one.GetProperty("id").GetString(), Is.EqualTo(Name));
        await GetAsync("/v1/models/base:other", HttpStatusCode.NotFound);
        await GetAsync($"/v1/models/{Name}", HttpStatusCode.Forbidden, _other);
    }

    // Where a gateway looks for them.
    [Test]
    public async Task RepositoryIndex_Adapters_AreThoseOfTheirVersion()
    {
        var index = await PostAsync("/v2/repository/index", new { ready = true }, key: _open);

        Assert.That(
            index.EnumerateArray().Select(static v => (
                v.GetProperty("name").GetString(),
                v.TryGetProperty("adapters", out var adapters) ? adapters.ToString() : null)),
            Is.EquivalentTo(new[] { ("base", "[\"loud\"]"), ("linear", null) }));
    }

    private async Task<JsonElement> PostAsync(
        string path, object body, HttpStatusCode expected = HttpStatusCode.OK, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        return await SendAsync(request, expected, key);
    }

    private async Task<JsonElement> GetAsync(
        string path, HttpStatusCode expected = HttpStatusCode.OK, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await SendAsync(request, expected, key);
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, HttpStatusCode expected, string? key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key ?? _key);
        using var response = await _server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static LlamaModel Model()
    {
        random.manual_seed(5);
        var model = new LlamaModel(new()
        {
            Vocabulary = SentencePiece.Make().VocabSize,
            Width = 16,
            Heads = 2,
            Layers = 2,
            MaxLength = 64,
        });
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters().Where(static p => p.dim() > 1))
        {
            parameter.mul_(15); // Or every text would be one token again and again.
        }

        model.eval();
        return model;
    }
}
