using System.ClientModel;
using System.Text.Json;
using MaaS.Client;
using MaaS.Client.Ai;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary><c>tool_choice: "auto"</c> with a model that calls by itself, through the clients' own types.</summary>
public sealed class AutomaticToolTests : CallingServer
{
    private static readonly AIFunction[] Functions =
    [
        AIFunctionFactory.Create((string town) => town == "Rome" ? "sunny" : "unknown", "weather"),
        AIFunctionFactory.Create(() => "noon", "clock"),
    ];

    private static readonly BinaryData Town = BinaryData.FromString(
        """{"type":"object","properties":{"town":{"type":"string"}},"required":["town"]}""");

    private static ChatCompletionOptions Options(bool isParallel = true) => new()
    {
        Tools = { ChatTool.CreateFunctionTool("weather", null, Town), ChatTool.CreateFunctionTool("clock") },
        ToolChoice = ChatToolChoice.CreateAutoChoice(),
        AllowParallelToolCalls = isParallel,
        Temperature = 0,
        MaxOutputTokenCount = 120,
    };

    private ChatClient OpenAi => new OpenAIClient(
        new ApiKeyCredential("none"),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(Server.Address, "/v1"),
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0),
        }).GetChatClient("caller");

    [Test]
    public async Task OpenAI_OneCall_ComesWithItsArguments()
    {
        ChatCompletion answer = await OpenAi.CompleteChatAsync([new UserChatMessage("weather")], Options());

        var call = answer.ToolCalls.Single();
        Assert.That(answer.FinishReason, Is.EqualTo(OpenAI.Chat.ChatFinishReason.ToolCalls));
        Assert.That(answer.Content, Is.Empty);
        Assert.That(call.FunctionName, Is.EqualTo("weather"));
        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        Assert.That(arguments.RootElement.GetProperty("town").GetString(), Is.EqualTo("Rome"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task OpenAI_TextBeforeSeveralCalls_ComesBesideThem(bool isParallel)
    {
        ChatCompletion answer = await OpenAi.CompleteChatAsync([new UserChatMessage("both")], Options(isParallel));

        Assert.That(answer.Content.Single().Text, Is.EqualTo("Let me look."));
        Assert.That(
            answer.ToolCalls.Select(static c => c.FunctionName),
            Is.EqualTo(isParallel ? new[] { "weather", "clock" } : ["weather"]));
        Assert.That(answer.ToolCalls.Select(static c => c.Id), Is.Unique);
    }

    [Test]
    public async Task OpenAI_Stream_GivesTextThenEachCallAtItsIndex()
    {
        var text = "";
        var calls = new Dictionary<int, (string? Id, string Name, string Arguments)>();
        OpenAI.Chat.ChatFinishReason? finish = null;

        await foreach (var update in OpenAi.CompleteChatStreamingAsync([new UserChatMessage("both")], Options()))
        {
            Assert.That(update.ContentUpdate.Count == 0 || calls.Count == 0, "text comes before calls");
            text += string.Concat(update.ContentUpdate.Select(static c => c.Text));
            foreach (var part in update.ToolCallUpdates)
            {
                var (id, name, arguments) = calls.GetValueOrDefault(part.Index, (null, "", ""));
                calls[part.Index] = (
                    id ?? part.ToolCallId, name + part.FunctionName, arguments + part.FunctionArgumentsUpdate);
            }

            finish = update.FinishReason ?? finish;
        }

        Assert.That(text, Is.EqualTo("Let me look."));
        Assert.That(calls[0].Name, Is.EqualTo("weather"));
        Assert.That(calls[1].Name, Is.EqualTo("clock"));
        Assert.That(JsonElement.Parse(calls[0].Arguments).GetProperty("town").GetString(), Is.EqualTo("Rome"));
        Assert.That(JsonElement.Parse(calls[1].Arguments).EnumerateObject(), Is.Empty);
        Assert.That(calls[0].Id, Is.Not.Null.And.Not.EqualTo(calls[1].Id));
        Assert.That(finish, Is.EqualTo(OpenAI.Chat.ChatFinishReason.ToolCalls));
    }

    [TestCase("broken", Broken)]
    [TestCase("hello", "Hi there.")]
    public async Task OpenAI_WhatIsNoCall_StaysText(string question, string expected)
    {
        ChatCompletion whole = await OpenAi.CompleteChatAsync([new UserChatMessage(question)], Options());
        var streamed = "";
        OpenAI.Chat.ChatFinishReason? finish = null;
        await foreach (var update in OpenAi.CompleteChatStreamingAsync([new UserChatMessage(question)], Options()))
        {
            Assert.That(update.ToolCallUpdates, Is.Empty);
            streamed += string.Concat(update.ContentUpdate.Select(static c => c.Text));
            finish = update.FinishReason ?? finish;
        }

        Assert.That(whole.Content.Single().Text, Is.EqualTo(expected));
        Assert.That(whole.ToolCalls, Is.Empty);
        Assert.That(whole.FinishReason, Is.EqualTo(OpenAI.Chat.ChatFinishReason.Stop));
        Assert.That(streamed, Is.EqualTo(expected));
        Assert.That(finish, Is.EqualTo(OpenAI.Chat.ChatFinishReason.Stop));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task OwnClient_SeveralCallsAndBrokenOnes_AreToldApart(bool isStream)
    {
        using var client = new MaaSClient(new MaaSClientOptions { Addresses = { Server.Address } });
        using var chat = client.AsChatClient("caller");
        var options = new ChatOptions { Tools = [.. Functions], Temperature = 0, MaxOutputTokens = 120 };
        async Task<ChatResponse> AskAsync(string question) => isStream
            ? (await chat.GetStreamingResponseAsync(question, options).ToListAsync()).ToChatResponse()
            : await chat.GetResponseAsync(question, options);

        var (both, broken) = (await AskAsync("both"), await AskAsync("broken"));

        var calls = both.Messages.SelectMany(static m => m.Contents).OfType<FunctionCallContent>().ToArray();
        Assert.That(both.Text, Is.EqualTo("Let me look."));
        Assert.That(calls.Select(static c => c.Name), Is.EqualTo(new[] { "weather", "clock" }));
        Assert.That(calls[0].Arguments?["town"]?.ToString(), Is.EqualTo("Rome"));
        Assert.That(both.FinishReason, Is.EqualTo(Microsoft.Extensions.AI.ChatFinishReason.ToolCalls));
        Assert.That(broken.Text, Is.EqualTo(Broken));
        Assert.That(
            broken.Messages.SelectMany(static m => m.Contents).OfType<FunctionCallContent>(), Is.Empty);
    }
}
