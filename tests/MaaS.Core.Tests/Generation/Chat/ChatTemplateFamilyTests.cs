using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Generation.Chat;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Chat;

/// <summary>Templates of the known families, written anew after what their models are given, in Jinja and in
/// MaaS.</summary>
public sealed class ChatTemplateFamilyTests
{
    private const int Conversations = 150;

    private static readonly Dictionary<string, string> Tokens = new()
    {
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["unk_token"] = "<unk>",
    };

    private static IEnumerable<string> Families => Directory
        .GetFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "Generation/Chat/Fixtures"), "*.jinja")
        .Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Families))]
    public void Render_ConversationsOfAllKinds_AreAsJinjaHasThem(string family)
    {
        var source = File.ReadAllText(
            Path.Combine(TestContext.CurrentContext.TestDirectory, $"Generation/Chat/Fixtures/{family}.jinja"));
        var template = ChatTemplate.Parse(source, Tokens, new FixedTime(JinjaOracle.Now));
        var conversations = new RandomConversations(5);
        var (texts, refused) = (0, 0);
        for (var i = 0; i < Conversations; i++)
        {
            var messages = i == 0 ? [] : conversations.Next();
            var (tools, prompt) = (conversations.Tools(), conversations.Flag());
            Dictionary<string, object?>? more = conversations.Flag() ? null : new() { ["enable_thinking"] = false };

            var (expected, error) = JinjaOracle.Render(source, Variables(messages, tools, prompt, more));

            if (expected is null)
            {
                refused++;
                Assert.That(
                    () => template.Render(messages, tools, prompt, more), Throws.TypeOf<ModelInputException>(),
                    $"{i}: Jinja says {error}");
                continue;
            }

            texts++;
            Assert.That(template.Render(messages, tools, prompt, more), Is.EqualTo(expected), $"conversation {i}");
        }

        TestContext.Out.WriteLine($"{family}: {texts} equal texts, {refused} refused by both");
        Assert.That(texts, Is.GreaterThan(10));
    }

    [TestCase("llama3")]
    [TestCase("mistral")]
    [TestCase("qwen2.5")]
    [TestCase("qwen3")]
    public void Render_CallThatComesBackAsItWasGiven_IsTakenByTheFamily(string family)
    {
        var template = ChatTemplate.Parse(
            File.ReadAllText(Path.Combine(
                TestContext.CurrentContext.TestDirectory, $"Generation/Chat/Fixtures/{family}.jinja")),
            Tokens, new FixedTime(JinjaOracle.Now));
        var id = ChatToolCall.NewId();
        ChatTool[] tools = [new("clock", "The time.")];
        foreach (var arguments in new[] { "", "{}", "{\"town\": \"Rome\"}" })
        {
            ChatMessage[] messages =
            [
                new("user", "How late is it?"),
                new("assistant", null, [new ChatToolCall(id, "clock", arguments)]),
                new("tool", "a quarter past nine", ToolCallId: id, Name: "clock"),
            ];

            Assert.That(template.Render(messages, tools), Does.Contain("a quarter past nine"));
        }
    }

    // As transformers hands a conversation to Jinja.
    private static JsonObject Variables(
        List<ChatMessage> messages, List<ChatTool>? tools, bool prompt, Dictionary<string, object?>? more)
    {
        var variables = new JsonObject
        {
            ["messages"] = new JsonArray([.. messages.Select(Message)]),
            ["tools"] = tools is null ? null : new JsonArray([.. tools.Select(Tool)]),
            ["documents"] = null,
            ["add_generation_prompt"] = prompt,
        };
        foreach (var (name, token) in Tokens)
        {
            variables[name] = token;
        }

        foreach (var (name, value) in more ?? [])
        {
            variables[name] = JsonSerializer.SerializeToNode(value);
        }

        return variables;
    }

    private static JsonNode Message(ChatMessage message)
    {
        var json = new JsonObject { ["role"] = message.Role, ["content"] = message.Content };
        if (message.ToolCalls is { } calls)
        {
            json["tool_calls"] = new JsonArray([.. calls.Select(static c => new JsonObject
            {
                ["id"] = c.Id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = c.Name, ["arguments"] = JsonNode.Parse(c.Arguments) },
            })]);
        }

        if (message.ToolCallId is not null)
        {
            json["tool_call_id"] = message.ToolCallId;
            json["name"] = message.Name;
        }

        return json;
    }

    private static JsonObject Tool(ChatTool tool)
    {
        var function = new JsonObject { ["name"] = tool.Name };
        if (tool.Description is not null)
        {
            function["description"] = tool.Description;
        }

        function["parameters"] = tool.Parameters is { } parameters ? JsonNode.Parse(parameters.GetRawText())
            : JsonNode.Parse("""{"type": "object", "properties": {}}""");
        return new() { ["type"] = "function", ["function"] = function };
    }
}
