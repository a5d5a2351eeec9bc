using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Generation;
using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>
/// A server of language models with random weights: <c>chat</c> with a chat template, whose texts torch writes too,
/// <c>plain</c>, the same without a template, and <c>saga</c>, which has one too and takes seconds to fill its 6,000
/// positions. One key may use them, one may use only <c>linear</c>, one has few tokens a minute, one may have one text
/// at once.
/// </summary>
public abstract class ChatServer
{
    private protected const int ChatLength = 512, SagaLength = 6000, PoorTokens = 40, ChatCharacters = 4000;

    private protected const string Template =
        "{% if tools %}<|im_start|>system\nTools: {{ tools | tojson }}<|im_end|>\n{% endif %}"
        + "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly string[] Corpus = ["the cat sat on the mat", "the dog sat on the log", "naïve 😀 cats"];

    private readonly ModelsFolder _models = new();
    private Gpt _chat = null!;

    private protected Tokenizer Tokenizer { get; } = BpeTrainer.Train(
        Corpus, new() { VocabSize = 300, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });

    private protected TestServer Server { get; private set; } = null!;

    /// <summary>Writes what the server should.</summary>
    private protected TextGenerator Torch { get; private set; } = null!;

    private protected Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

    [OneTimeSetUp]
    public async Task PackAndServe()
    {
        _chat = Model(ChatLength);
        await _chat.PackAsync(_models["plain.maas"], "plain", Tokenizer, ["<|im_end|>"]);
        await TemplatedPackage.CreateAsync(_models["plain.maas"], _models["chat.maas"], "chat", Template);
        using (var saga = Model(SagaLength))
        {
            var bare = _models["bare.maas"];
            await saga.PackAsync(bare, "saga", Tokenizer);
            await TemplatedPackage.CreateAsync(bare, _models["saga.maas"], "saga", Template);
            File.Delete(bare);
        }

        _models.Add("linear");
        Torch = new TextGenerator(_chat.Start, Tokenizer, [(long)Tokenizer.TokenToId("<|im_end|>")!]);
        ApiKeyOptions[] keys =
        [
            MakeKey("all", null, static _ => { }), MakeKey("other", ["linear"], static _ => { }),
            MakeKey("poor", null, static k => k.TokensPerMinute = PoorTokens),
            MakeKey("single", null, static k => k.ConcurrentStreams = 1),
        ];
        Server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Models["chat"] = new ModelOptions { MaxTextLength = ChatCharacters };
                foreach (var key in keys)
                {
                    o.Security.ApiKeys.Add(key);
                }
            },
            isOpen: false);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await Server.DisposeAsync();
        Torch.Dispose();
        _chat.Dispose();
        _models.Dispose();
    }

    private protected async Task<HttpResponseMessage> SendAsync(
        string path, object body, string? key = "all", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(
                body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", Keys.GetValueOrDefault(key, key));
        }

        return await Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private protected async Task<JsonElement> PostAsync(
        string path, object body, HttpStatusCode expected = HttpStatusCode.OK, string? key = "all")
    {
        using var response = await SendAsync(path, body, key);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonDocument.Parse(text).RootElement;
    }

    private protected async Task<string> TextAsync(string path, object body)
    {
        using var response = await SendAsync(path, body);
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/event-stream"));
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>A sample of /metrics; 0 where there is none yet.</summary>
    private protected async Task<double> MetricAsync(string sample)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", Keys["all"]);
        using var response = await Server.Client.SendAsync(request);
        var line = (await response.Content.ReadAsStringAsync()).Split('\n')
            .FirstOrDefault(l => l.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null
            ? 0 : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Asks until it is so, at most half a minute.</summary>
    private protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private ApiKeyOptions MakeKey(string name, string[]? models, Action<ApiKeyOptions> limit)
    {
        (Keys[name], var stored) = ApiKey.Create(name, ["predict", "read"], models);
        limit(stored);
        return stored;
    }

    private Gpt Model(int length) => RandomGpt.Create(Tokenizer.VocabSize, length, seed: 4);
}
