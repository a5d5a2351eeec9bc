using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Serving.Tests.Generation;

/// <summary>
/// A server of two language models with random weights: <c>story</c>, whose texts torch writes too, and <c>saga</c>,
/// which takes seconds to fill its 6,000 positions.
/// </summary>
public abstract class StoryServer
{
    private protected const int StoryLength = 64, SagaLength = 6000;

    private static readonly string[] Corpus = ["the cat sat on the mat", "the dog sat on the log", "naïve 😀 cats"];

    private readonly ModelsFolder _models = new();
    private readonly Tokenizer _tokenizer = BpeTrainer.Train(Corpus, new() { VocabSize = 280 });

    // The handler of .NET goes on reading an answer that nobody wants for two seconds: this one hangs up.
    private readonly HttpClient _impatient = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
    private Gpt _story = null!;

    private protected TestServer Server { get; private set; } = null!;

    /// <summary>Writes what the server should.</summary>
    private protected TextGenerator Torch { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task PackAndServe()
    {
        _story = Model(StoryLength);
        await _story.PackAsync(_models["story.maas"], "story", _tokenizer, ["<|endoftext|>"]);
        using (var saga = Model(SagaLength))
        {
            await saga.PackAsync(_models["saga.maas"], "saga", _tokenizer);
        }

        _models.Add("linear");
        Torch = new TextGenerator(_story.Start, _tokenizer, [(long)_tokenizer.TokenToId("<|endoftext|>")!]);
        Server = await TestServer.StartAsync(o =>
        {
            o.ModelsPath = _models.Path;
            o.Models["saga"] = new ModelOptions { MaxGenerations = 1, QueueLimit = 1 };
        });
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        _impatient.Dispose();
        await Server.DisposeAsync();
        Torch.Dispose();
        _story.Dispose();
        _models.Dispose();
    }

    /// <summary>Starts a stream; its headers are there.</summary>
    private protected async Task<HttpResponseMessage> StreamAsync(
        string model, object body, Action<HttpRequestMessage>? configure = null,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(Server.Address, $"/v2/models/{model}/generate_stream"))
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        configure?.Invoke(request);
        return await _impatient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The data of a stream's events, as .NET's own parser reads them.</summary>
    private protected static async IAsyncEnumerable<JsonElement> EventsAsync(HttpResponseMessage response)
    {
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/event-stream"));
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            yield return JsonDocument.Parse(item.Data).RootElement;
        }
    }

    /// <summary>A sample of /metrics; 0 where there is none yet.</summary>
    private protected async Task<double> MetricAsync(string sample)
    {
        var line = (await Server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .FirstOrDefault(l => l.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null
            ? 0 : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private Gpt Model(int length) => RandomGpt.Create(_tokenizer.VocabSize, length, seed: 9);
}
