using MaaS.Client;
using MaaS.Client.Ai;
using MaaS.Core.Generation;
using Microsoft.Extensions.AI;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary>MaaS.Client behind the interfaces of Microsoft.Extensions.AI.</summary>
public sealed class OwnChatClientTests : ChatServer
{
    private const string Prompt = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nthe cat<|im_end|>\n"
        + "<|im_start|>assistant\n";

    private static readonly ChatOptions Greedy =
        new() { Instructions = "Be brief.", Temperature = 0, MaxOutputTokens = 20 };

    private MaaSClient Client(string key = "all")
        => new(new MaaSClientOptions { Addresses = { Server.Address }, ApiKey = Keys.GetValueOrDefault(key, key) });

    private string Expected => string.Concat(
        Torch.Generate(Prompt, new GenerationOptions { MaxNewTokens = 20 }).Select(static p => p.Text));

    [Test]
    public async Task GetResponse_Conversation_IsTorchsText()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");

        var response = await chat.GetResponseAsync("the cat", Greedy);

        Assert.That(response.Text, Is.EqualTo(Expected));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Length));
        Assert.That(response.Usage?.OutputTokenCount, Is.EqualTo(20));
        Assert.That(response.ModelId, Is.EqualTo("chat"));
    }

    [Test]
    public async Task GetStreamingResponse_Conversation_GivesTheSameInPieces()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");

        var updates = await chat.GetStreamingResponseAsync("the cat", Greedy).ToListAsync();

        var response = updates.ToChatResponse();
        Assert.That(updates, Has.Count.GreaterThan(5));
        Assert.That(response.Text, Is.EqualTo(Expected));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Length));
        Assert.That(response.Usage?.OutputTokenCount, Is.EqualTo(20));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task GetResponse_RequiredTool_GivesACallWithItsArguments(bool isStream)
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");
        var options = new ChatOptions
        {
            Tools = [AIFunctionFactory.Create((bool sure) => sure, "decide")],
            ToolMode = ChatToolMode.RequireAny,
            MaxOutputTokens = 100,
        };

        var response = isStream
            ? (await chat.GetStreamingResponseAsync("the cat", options).ToListAsync()).ToChatResponse()
            : await chat.GetResponseAsync("the cat", options);

        var call = response.Messages.SelectMany(static m => m.Contents).OfType<FunctionCallContent>().Single();
        Assert.That(call.Name, Is.EqualTo("decide"));
        Assert.That(call.Arguments?["sure"]?.ToString(), Is.AnyOf("True", "False"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));

        var again = await chat.GetResponseAsync(
            [new ChatMessage(ChatRole.User, "the cat"), .. response.Messages,
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, true)])], Greedy);
        Assert.That(again.Messages, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task GetResponse_Schema_IsFollowed()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");

        var response = await chat.GetResponseAsync<Verdict>("the cat", new ChatOptions { MaxOutputTokens = 100 });

        Assert.That(response.TryGetResult(out var verdict), response.Text);
        Assert.That(verdict, Is.Not.Null);
    }

    [Test]
    public async Task GetResponse_WhatTheServerDoesNotRead_IsRefused()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");

        await Assert.ThrowsAsync<NotSupportedException>(() => chat.GetResponseAsync(
            [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]));
        await Assert.ThrowsAsync<NotSupportedException>(
            () => chat.GetResponseAsync("a", new ChatOptions { ConversationId = "1" }));
        var unknown = await Assert.ThrowsAsync<MaaSClientException>(() => chat.GetResponseAsync(
            "a", new ChatOptions { AdditionalProperties = new() { ["beams"] = 3 } }));
        Assert.That(unknown!.Message, Does.Contain("beams: no such parameter"));
    }

    [Test]
    public async Task GetResponse_OtherKey_IsForbidden()
    {
        using var client = Client("other");
        using var chat = client.AsChatClient("chat");

        var failure = await Assert.ThrowsAsync<MaaSClientException>(() => chat.GetResponseAsync("the cat"));

        Assert.That(failure!.Kind, Is.EqualTo(ErrorKind.Forbidden));
    }

    [Test]
    public async Task GetStreamingResponse_Cancelled_EndsTheText()
    {
        const string Active = "maas_generation_active{model=\"chat\",version=\"1\"}";
        var before = await MetricAsync(Active);
        using var client = Client();
        using var chat = client.AsChatClient("chat");
        using var stop = new CancellationTokenSource();

        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in chat.GetStreamingResponseAsync(
                "the cat", new ChatOptions { Temperature = 0 }, stop.Token))
            {
                await stop.CancelAsync();
            }
        });

        await UntilAsync(async () => await MetricAsync(Active) == before);
    }

    private sealed record Verdict(bool Sure);
}
