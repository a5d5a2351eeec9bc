using System.ClientModel;
using System.Text.Json;
using MaaS.Core.Generation;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary>The NuGet packages OpenAI and Microsoft.Extensions.AI.OpenAI, unchanged, against a server.</summary>
public sealed class DotNetClientTests : ChatServer
{
    private const string Prompt = "<|im_start|>user\nthe cat<|im_end|>\n<|im_start|>assistant\n";

    private OpenAIClient Client(string key = "all") => new(
        new ApiKeyCredential(Keys.GetValueOrDefault(key, key)),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(Server.Address, "/v1"),
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0),
        });

    private string Expected(int tokens) => string.Concat(
        Torch.Generate(Prompt, new GenerationOptions { MaxNewTokens = tokens }).Select(static p => p.Text));

    [Test]
    public async Task OpenAI_Chat_AnswersWithUsageAndLogProbabilities()
    {
        var chat = Client().GetChatClient("chat");

        ChatCompletion answer = await chat.CompleteChatAsync(
            [new UserChatMessage("the cat")],
            new ChatCompletionOptions
            {
                MaxOutputTokenCount = 8,
                Temperature = 0,
                IncludeLogProbabilities = true,
                TopLogProbabilityCount = 2,
            });

        Assert.That(answer.Content.Single().Text, Is.EqualTo(Expected(8)));
        Assert.That(answer.FinishReason, Is.EqualTo(OpenAI.Chat.ChatFinishReason.Length));
        Assert.That(answer.Usage.OutputTokenCount, Is.EqualTo(8));
        Assert.That(answer.ContentTokenLogProbabilities, Has.Count.EqualTo(8));
        Assert.That(answer.ContentTokenLogProbabilities[0].TopLogProbabilities, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task OpenAI_Stream_GivesTheSameTextAndUsage()
    {
        var chat = Client().GetChatClient("chat");
        var text = "";
        OpenAI.Chat.ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;

        await foreach (var update in chat.CompleteChatStreamingAsync(
            [new UserChatMessage("the cat")], new ChatCompletionOptions { MaxOutputTokenCount = 20, Temperature = 0 }))
        {
            text += string.Concat(update.ContentUpdate.Select(static c => c.Text));
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        Assert.That(text, Is.EqualTo(Expected(20)));
        Assert.That(finish, Is.EqualTo(OpenAI.Chat.ChatFinishReason.Length));
        Assert.That(usage?.OutputTokenCount, Is.EqualTo(20), "the client always asks for it");
    }

    [Test]
    public async Task OpenAI_ToolAndSchema_AreHonoured()
    {
        var chat = Client().GetChatClient("chat");
        var schema = BinaryData.FromString("""
            {"type":"object","properties":{"town":{"enum":["Rome","Paris"]}},"required":["town"],
             "additionalProperties":false}
            """);
        ChatCompletion called = await chat.CompleteChatAsync(
            [new UserChatMessage("the cat")],
            new ChatCompletionOptions
            {
                Tools = { ChatTool.CreateFunctionTool("weather", "Of a town.", schema, functionSchemaIsStrict: true) },
                ToolChoice = ChatToolChoice.CreateRequiredChoice(),
                MaxOutputTokenCount = 100,
            });
        ChatCompletion document = await chat.CompleteChatAsync(
            [
                new UserChatMessage("the cat"),
                new AssistantChatMessage(called.ToolCalls),
                new ToolChatMessage(called.ToolCalls[0].Id, "sunny"),
            ],
            new ChatCompletionOptions
            {
                ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat(
                    "place", schema, jsonSchemaIsStrict: true),
                MaxOutputTokenCount = 100,
            });

        Assert.That(called.FinishReason, Is.EqualTo(OpenAI.Chat.ChatFinishReason.ToolCalls));
        Assert.That(called.ToolCalls.Single().FunctionName, Is.EqualTo("weather"));
        foreach (var json in new[] { called.ToolCalls[0].FunctionArguments.ToString(), document.Content[0].Text })
        {
            using var parsed = JsonDocument.Parse(json);
            Assert.That(parsed.RootElement.GetProperty("town").GetString(), Is.AnyOf("Rome", "Paris"));
        }
    }

    [Test]
    public async Task OpenAI_Models_AreListed()
    {
        var models = Client().GetOpenAIModelClient();

        Assert.That(
            (await models.GetModelsAsync()).Value.Select(static m => m.Id),
            Is.EqualTo(new[] { "chat", "linear", "plain", "saga" }));
        Assert.That((await models.GetModelAsync("chat")).Value.OwnedBy, Is.EqualTo("maas"));
    }

    [TestCase("wrong", 401)]
    [TestCase("other", 403)]
    public async Task OpenAI_WrongKey_FailsWithTheStatus(string key, int status)
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(key).GetChatClient("chat").CompleteChatAsync([new UserChatMessage("the cat")]));

        Assert.That(failure!.Status, Is.EqualTo(status));
    }

    [Test]
    public async Task ExtensionsAI_OverOpenAI_CallsAFunctionAndReadsItsResult()
    {
        var calls = 0;
        var decide = AIFunctionFactory.Create(
            (bool sure) =>
            {
                calls++;
                return sure ? "good" : "bad";
            },
            "decide");
        using var chat = new ChatClientBuilder(Client().GetChatClient("chat").AsIChatClient())
            .UseFunctionInvocation(configure: static c => c.MaximumIterationsPerRequest = 1).Build();

        var response = await chat.GetResponseAsync(
            "the cat",
            new ChatOptions
            {
                Tools = [decide],
                ToolMode = ChatToolMode.RequireSpecific("decide"),
                MaxOutputTokens = 60,
            });

        Assert.That(calls, Is.EqualTo(1));
        Assert.That(
            response.Messages.SelectMany(static m => m.Contents)
                .OfType<FunctionResultContent>().Single().Result?.ToString(),
            Is.AnyOf("good", "bad"));
        Assert.That(response.Usage?.TotalTokenCount, Is.GreaterThan(0));
    }
}
