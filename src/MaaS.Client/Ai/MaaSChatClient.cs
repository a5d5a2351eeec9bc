using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>A served language model as the <see cref="IChatClient"/> of Microsoft.Extensions.AI.</summary>
/// <param name="client">Sends the requests; stays its owner's.</param>
/// <param name="model">The model, where the options name none.</param>
internal sealed class MaaSChatClient(MaaSClient client, string model) : IChatClient
{
    private const string Path = "v1/chat/completions";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var body = ChatBody.Of(model, messages, options, isStream: false);
        return await client.PostAsync(
            Path, () => JsonContent.Create(body), static answer => ChatAnswer.Read(answer), cancellationToken)
            .ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var body = ChatBody.Of(model, messages, options, isStream: true);
        if (body["n"] is { } several && several.ToJsonString() != "1")
        {
            throw new NotSupportedException(
                $"chat: expected one answer of a stream, as its pieces have no number, got n {several.ToJsonString()}; "
                    + $"use {nameof(GetResponseAsync)} or several streams.");
        }

        var calls = new CallAssembly();
        await foreach (var update in client.StreamAsync(
            Path, () => JsonContent.Create(body), piece => Read(piece, calls), cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("maas", null, model)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client : null;
    }

    private static ChatResponseUpdate Read(JsonElement piece, CallAssembly calls)
    {
        var choice = piece.GetProperty("choices").EnumerateArray().Select(static c => (JsonElement?)c)
            .FirstOrDefault();
        var update = ChatAnswer.ReadPiece(piece, choice);
        if (choice is { } some)
        {
            calls.Add(some);
        }

        if (update.FinishReason is not null)
        {
            foreach (var call in calls.Take())
            {
                update.Contents.Add(call);
            }
        }

        return update;
    }

    // The client below is its owner's.
    public void Dispose()
    {
    }
}
