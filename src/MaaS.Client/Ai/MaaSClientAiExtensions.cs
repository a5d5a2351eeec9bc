using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>Served models behind the interfaces of Microsoft.Extensions.AI.</summary>
public static class MaaSClientAiExtensions
{
    /// <summary>A language model with a chat template as a chat client: whole or streamed answers, tools, JSON
    /// schemas.</summary>
    /// <param name="client">Sends the requests, over REST; stays the caller's.</param>
    /// <param name="model">The model, where a request's options name none.</param>
    /// <remarks>Requests fail with <see cref="MaaSClientException"/>; what the server does not read, as images, with
    /// <see cref="NotSupportedException"/>. <see cref="ChatOptions.AdditionalProperties"/> become members of the
    /// request.</remarks>
    public static IChatClient AsChatClient(this MaaSClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(model);
        return new MaaSChatClient(client, model);
    }

    /// <summary>A sentence encoder as an embedding generator.</summary>
    /// <param name="client">Sends the requests, over REST; stays the caller's.</param>
    /// <param name="model">The model, where a request's options name none.</param>
    /// <remarks>Requests fail with <see cref="MaaSClientException"/>.</remarks>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(
        this MaaSClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(model);
        return new MaaSEmbeddingGenerator(client, model);
    }
}
