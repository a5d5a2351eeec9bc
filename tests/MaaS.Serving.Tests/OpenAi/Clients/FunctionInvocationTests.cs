using System.ClientModel;
using MaaS.Client;
using MaaS.Client.Ai;
using Microsoft.Extensions.AI;
using OpenAI;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary>A question, the model's call of a function, its result and the model's answer to that, as
/// Microsoft.Extensions.AI's own loop sends them.</summary>
public sealed class FunctionInvocationTests : CallingServer
{
    private MaaSClient _client = null!;

    [OneTimeSetUp]
    public void MakeClient() => _client = new MaaSClient(new MaaSClientOptions { Addresses = { Server.Address } });

    [OneTimeTearDown]
    public async Task DisposeClient() => await _client.DisposeAsync();

    [Test]
    public async Task Ask_WhatAFunctionKnows_IsAnsweredWithItsResult(
        [Values] bool isOpenAi, [Values] bool isStream, [Values("Rome", "Paris")] string town,
        [Values("sunny", "rainy")] string result)
    {
        var asked = new List<string>();
        string Weather(string town)
        {
            asked.Add(town);
            return result;
        }

        using var chat = new ChatClientBuilder(isOpenAi ? OpenAi() : _client.AsChatClient("caller"))
            .UseFunctionInvocation().Build();
        var options = new ChatOptions
        {
            Tools = [AIFunctionFactory.Create(Weather, "weather"), AIFunctionFactory.Create(() => "noon", "clock")],
            ToolMode = ChatToolMode.Auto,
            Temperature = 0,
            MaxOutputTokens = 120,
        };

        var question = $"weather in {town}";
        var response = isStream
            ? (await chat.GetStreamingResponseAsync(question, options).ToListAsync()).ToChatResponse()
            : await chat.GetResponseAsync(question, options);

        Assert.That(asked, Is.EqualTo(new[] { town }));
        Assert.That(
            response.Messages.Select(static m => m.Role),
            Is.EqualTo(new[] { ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant }));
        var call = response.Messages[0].Contents.OfType<FunctionCallContent>().Single();
        var returned = response.Messages[1].Contents.OfType<FunctionResultContent>().Single();
        Assert.That(call.Arguments!["town"]!.ToString(), Is.EqualTo(town));
        Assert.That((returned.CallId, returned.Result?.ToString()), Is.EqualTo((call.CallId, result)));
        Assert.That(response.Messages[2].Text, Is.EqualTo($"It is {result} in {town}."));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
    }

    private IChatClient OpenAi() => new OpenAIClient(
        new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(Server.Address, "/v1") })
            .GetChatClient("caller").AsIChatClient();
}
