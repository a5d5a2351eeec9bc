using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Serving.Security;
using MaaS.Tests;
using MaaS.Training.Checkpoints;

namespace MaaS.Serving.Tests.OpenAi.Embeddings;

/// <summary>A server of MiniLM's real weights, with one key that may use it and one that may not.</summary>
public abstract class EncoderServer
{
    private readonly ModelsFolder _models = new();
    private readonly TemporaryFolder _source = new();

    private protected TestServer Server { get; private set; } = null!;

    private protected string Key { get; private set; } = "";

    private protected string OtherKey { get; private set; } = "";

    /// <summary>The same weights in this process, which <c>SentenceEncoderTests</c> compares with NumPy.</summary>
    private protected SentenceEncoder Encoder { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task ImportAndServe()
    {
        await MiniLm.ImportAsync(
            PretrainedWeights.Find(PretrainedWeights.MiniLm), _source["minilm"], _models["minilm.maas"]);
        _models.Add("linear");
        Encoder = await SentenceEncoder.OpenAsync(_models["minilm.maas"]);
        (Key, var stored) = ApiKey.Create("reader", ["predict", "read"], ["minilm", "linear"]);
        (OtherKey, var other) = ApiKey.Create("other", ["predict", "read"], ["linear"]);
        Server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Security.ApiKeys.Add(stored);
                o.Security.ApiKeys.Add(other);
            },
            isOpen: false);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await Server.DisposeAsync();
        Encoder.Dispose();
        _models.Dispose();
        _source.Dispose();
    }

    private protected async Task<JsonElement> PostAsync(
        string path, object body, HttpStatusCode expected = HttpStatusCode.OK, string? key = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(
                body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key.Length > 0 ? key : Key);
        }

        using var response = await Server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonDocument.Parse(text).RootElement;
    }
}
