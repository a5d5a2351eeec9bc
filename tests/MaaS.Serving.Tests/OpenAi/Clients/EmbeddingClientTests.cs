using System.ClientModel;
using MaaS.Client;
using MaaS.Client.Ai;
using MaaS.Serving.Tests.OpenAi.Embeddings;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary>Embeddings through the NuGet package OpenAI, Microsoft.Extensions.AI over it, and MaaS.Client.</summary>
public sealed class EmbeddingClientTests : EncoderServer
{
    private static readonly string[] Texts = ["The cat sat on the mat.", "A model as a service."];

    private EmbeddingClient OpenAi => new OpenAIClient(
        new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = new Uri(Server.Address, "/v1") })
        .GetEmbeddingClient("minilm");

    [Test]
    public async Task OpenAI_Embeddings_AreThoseOfThePackage()
    {
        var answer = (await OpenAi.GenerateEmbeddingsAsync(Texts)).Value;
        var cut = (await OpenAi.GenerateEmbeddingAsync(
            Texts[0], new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 32 })).Value;

        AreEqual(answer.OrderBy(static e => e.Index).Select(static e => e.ToFloats().ToArray()));
        Assert.That(answer.Usage.InputTokenCount, Is.GreaterThan(0));
        Assert.That(cut.ToFloats().Length, Is.EqualTo(32));
    }

    [Test]
    public async Task ExtensionsAI_OverOpenAI_GivesTheSame()
    {
        using var generator = OpenAi.AsIEmbeddingGenerator();

        AreEqual((await generator.GenerateAsync(Texts)).Select(static e => e.Vector.ToArray()));
    }

    [Test]
    public async Task OwnGenerator_Texts_GivesTheSame()
    {
        using var client = new MaaSClient(new MaaSClientOptions { Addresses = { Server.Address }, ApiKey = Key });
        using var generator = client.AsEmbeddingGenerator("minilm");

        var all = await generator.GenerateAsync(Texts);
        var cut = await generator.GenerateAsync(
            Texts, new Microsoft.Extensions.AI.EmbeddingGenerationOptions { Dimensions = 16 });

        AreEqual(all.Select(static e => e.Vector.ToArray()));
        Assert.That(all.Usage?.InputTokenCount, Is.GreaterThan(0));
        Assert.That(cut.Select(static e => e.Vector.Length), Is.All.EqualTo(16));
    }

    private void AreEqual(IEnumerable<float[]> got)
    {
        foreach (var (vector, expected) in got.Zip(Encoder.Embed(Texts)))
        {
            Assert.That(vector, Is.EqualTo(expected).Within(1e-5f));
        }
    }
}
