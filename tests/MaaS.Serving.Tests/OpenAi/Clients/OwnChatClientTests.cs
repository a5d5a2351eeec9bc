using System.Text.Json;
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
        foreach (var (name, options) in new (string, ChatOptions)[]
        {
            ("ConversationId", new() { ConversationId = "1" }),
            ("Reasoning", new() { Reasoning = new ReasoningOptions() }),
            ("RawRepresentationFactory", new() { RawRepresentationFactory = static _ => null }),
#pragma warning disable MEAI001 // Not settled yet.
            ("AllowBackgroundResponses", new() { AllowBackgroundResponses = true }),
            ("ContinuationToken", new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[1]) }),
#pragma warning restore MEAI001
        })
        {
            var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => chat.GetResponseAsync("a", options));
            Assert.That(refusal!.Message, Does.Contain($"expected no {name},"));
        }

        var unknown = await Assert.ThrowsAsync<MaaSClientException>(() => chat.GetResponseAsync(
            "a", new ChatOptions { AdditionalProperties = new() { ["beams"] = 3 } }));
        Assert.That(unknown!.Message, Does.Contain("beams: no such parameter"));
    }

    [Test]
    public async Task GetResponse_CallThatMustComeOfNoTools_IsRefusedByTheServer()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");

        var failure = await Assert.ThrowsAsync<MaaSClientException>(
            () => chat.GetResponseAsync("a", new ChatOptions { ToolMode = ChatToolMode.RequireAny }));

        Assert.That(failure!.ServerMessage, Does.Contain("tool_choice: expected tools beside 'required'"));
    }

    [Test]
    public async Task GetResponse_StrictTool_IsStrictAtTheServer()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");
        // Of strict tools the server reads the schema even where none is called, and names what it cannot follow.
        var options = new ChatOptions
        {
            Tools =
            [
                AIFunctionFactory.CreateDeclaration(
                    "odd", null, JsonElement.Parse("""{"type":"object","not":{}}""")),
            ],
            MaxOutputTokens = 2,
        };
        await chat.GetResponseAsync("a", options);
        options.Tools = [new StrictTool((AIFunctionDeclaration)options.Tools[0])];

        var failure = await Assert.ThrowsAsync<MaaSClientException>(() => chat.GetResponseAsync("a", options));

        Assert.That(failure!.ServerMessage, Does.Contain("tool 'odd'"));
    }

    [Test]
    public async Task GetStreamingResponse_SeveralAnswers_AreRefusedAsOneTextWouldMixThem()
    {
        using var client = Client();
        using var chat = client.AsChatClient("chat");
        var options = new ChatOptions { MaxOutputTokens = 3, AdditionalProperties = new() { ["n"] = 2 } };

        var refusal = await Assert.ThrowsAsync<NotSupportedException>(
            async () => await chat.GetStreamingResponseAsync("the cat", options).ToListAsync());

        Assert.That(refusal!.Message, Does.Contain("got n 2"));
        Assert.That((await chat.GetResponseAsync("the cat", options)).Messages, Has.Count.EqualTo(2));
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

    private sealed class StrictTool(AIFunctionDeclaration tool) : AIFunctionDeclaration
    {
        public override string Name => tool.Name;

        public override JsonElement JsonSchema => tool.JsonSchema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } =
            new Dictionary<string, object?> { ["strict"] = true };
    }
}
