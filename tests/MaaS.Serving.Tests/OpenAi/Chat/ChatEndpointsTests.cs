using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MaaS.Core.Generation;

namespace MaaS.Serving.Tests.OpenAi.Chat;

public sealed class ChatEndpointsTests : ChatServer
{
    private const string Path = "/v1/chat/completions";

    private const string Prompt =
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nthe cat<|im_end|>\n<|im_start|>assistant\n";

    private static readonly object[] Conversation =
        [new { role = "system", content = "Be brief." }, new { role = "user", content = "the cat" }];

    private static readonly GenerationOptions Greedy = new() { MaxNewTokens = 20 };

    private string Text(GenerationOptions options, string prompt = Prompt)
        => string.Concat(Torch.Generate(prompt, options).Select(static p => p.Text));

    [TestCase("max_tokens")]
    [TestCase("max_completion_tokens")]
    public async Task Chat_Conversation_IsContinuedByItsTemplate(string limit)
    {
        var pieces = Torch.Generate(Prompt, Greedy).ToArray();

        var answer = await PostAsync(Path, new Dictionary<string, object>
        {
            ["model"] = "chat",
            ["messages"] = Conversation,
            ["temperature"] = 0,
            [limit] = 20,
        });

        var choice = answer.GetProperty("choices").EnumerateArray().Single();
        var message = choice.GetProperty("message");
        Assert.That(message.GetProperty("role").GetString(), Is.EqualTo("assistant"));
        Assert.That(
            message.GetProperty("content").GetString(), Is.EqualTo(string.Concat(pieces.Select(static p => p.Text))));
        Assert.That(message.TryGetProperty("tool_calls", out _), Is.False);
        Assert.That(choice.GetProperty("logprobs").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(
            choice.GetProperty("finish_reason").GetString(),
            Is.EqualTo(pieces[^1].Finish == FinishReason.Stop ? "stop" : "length"));
        Assert.That(answer.GetProperty("object").GetString(), Is.EqualTo("chat.completion"));
        Assert.That(answer.GetProperty("id").GetString(), Does.StartWith("chatcmpl-"));
        var prompt = Tokenizer.Encode(Prompt).Ids.Length;
        Assert.That(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), Is.EqualTo(prompt));
        Assert.That(
            answer.GetProperty("usage").GetProperty("total_tokens").GetInt32(), Is.EqualTo(prompt + pieces.Length));
    }

    [Test]
    public async Task Chat_DeveloperAndParts_AreSystemAndTheirTexts()
    {
        var answer = await PostAsync(Path, """
            {"model":"chat","temperature":0,"max_tokens":20,"messages":[
             {"role":"developer","content":[{"type":"text","text":"Be "},{"type":"text","text":"brief."}]},
             {"role":"user","content":"the cat","name":"ann"}]}
            """);

        Assert.That(
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            Is.EqualTo(Text(Greedy)));
    }

    [Test]
    public async Task Chat_WithoutLimit_FillsTheContextOrStops()
    {
        var answer = await PostAsync(Path, new { model = "chat", messages = Conversation, temperature = 0 });

        var room = ChatLength - Tokenizer.Encode(Prompt).Ids.Length;
        var expected = Torch.Generate(Prompt, new GenerationOptions { MaxNewTokens = room }).ToArray();
        Assert.That(
            answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), Is.EqualTo(expected.Length));
    }

    [Test]
    public async Task Chat_SeedAndChoices_DifferAndRepeat()
    {
        var body = new { model = "chat", messages = Conversation, n = 3, seed = 7, max_tokens = 10, top_p = 0.95 };
        var expected = Enumerable.Range(7, 3).Select(
            seed => Text(new GenerationOptions { MaxNewTokens = 10, Temperature = 1, TopP = 0.95, Seed = seed }))
            .ToArray();

        foreach (var _ in new[] { 1, 2 })
        {
            var answer = await PostAsync(Path, body);
            Assert.That(
                answer.GetProperty("choices").EnumerateArray().Select(
                    static c => c.GetProperty("message").GetProperty("content").GetString()),
                Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Chat_LogProbabilities_HaveTokensBytesAndAlternatives()
    {
        var tokens = Torch.Generate(Prompt, new GenerationOptions { MaxNewTokens = 6, TopLogProbabilities = 3 })
            .Select(static p => p.LogProbability!).ToArray();

        var answer = await PostAsync(Path, new
        {
            model = "chat",
            messages = Conversation,
            temperature = 0,
            max_tokens = 6,
            logprobs = true,
            top_logprobs = 3,
        });

        var content = answer.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content")
            .EnumerateArray().ToArray();
        Assert.That(content, Has.Length.EqualTo(tokens.Length));
        foreach (var (got, expected) in content.Zip(tokens))
        {
            Assert.That(got.GetProperty("logprob").GetDouble(), Is.EqualTo(expected.LogProbability).Within(1e-4));
            Assert.That(
                got.GetProperty("top_logprobs").EnumerateArray()
                    .Select(static t => t.GetProperty("logprob").GetDouble()),
                Is.EqualTo(expected.Top.Select(static t => t.LogProbability)).Within(1e-4));
            var bytes = got.GetProperty("bytes");
            var added = Tokenizer.BytesOf((int)expected.Token);
            Assert.That(bytes.ValueKind == JsonValueKind.Null, Is.EqualTo(added is null), "special tokens add nothing");
            if (added is not null)
            {
                Assert.That(bytes.EnumerateArray().Select(static b => b.GetByte()), Is.EqualTo(added));
                Assert.That(
                    got.GetProperty("token").GetString(),
                    Utf8.IsValid(added) ? Is.EqualTo(Encoding.UTF8.GetString(added)) : Does.StartWith("bytes:\\x"));
            }
        }
    }

    [Test]
    public async Task Chat_Stream_IsExactlyThis()
    {
        var pieces = Torch.Generate(Prompt, Greedy with { MaxNewTokens = 6 }).ToArray();

        var text = await TextAsync(Path, new
        {
            model = "chat",
            messages = Conversation,
            max_tokens = 6,
            temperature = 0,
            stream = true,
            stream_options = new { include_usage = true },
        });

        using var first = JsonDocument.Parse(text.Split('\n')[0]["data: ".Length..]);
        var head = $"data: {{\"id\":\"{first.RootElement.GetProperty("id").GetString()}\","
            + "\"object\":\"chat.completion.chunk\","
            + $"\"created\":{first.RootElement.GetProperty("created").GetInt64()},\"model\":\"chat\","
            + "\"system_fingerprint\":\"chat-1\",\"choices\":";
        string Chunk(string delta, string finish = "null") => head
            + $"[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}],\"usage\":null}}\n\n";
        var prompt = Tokenizer.Encode(Prompt).Ids.Length;
        var expected = Chunk("""{"role":"assistant","content":""}""")
            + string.Concat(pieces.Where(static p => p.Text.Length > 0)
                .Select(p => Chunk($"{{\"content\":{Json(p.Text)}}}")))
            + Chunk("{}", pieces[^1].Finish == FinishReason.Stop ? "\"stop\"" : "\"length\"")
            + head + $"[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{pieces.Length},"
            + $"\"total_tokens\":{prompt + pieces.Length},\"prompt_tokens_details\":{{\"cached_tokens\":";
        Assert.That(text, Does.StartWith(expected));
        Assert.That(text[expected.Length..], Does.Match("^[0-9]+}}}\n\ndata: \\[DONE]\n\n$"));
    }

    [TestCase("""{"model":"chat"}""", "messages", null)]
    [TestCase("""{"model":"plain","messages":[{"role":"user","content":"a"}]}""", "model", null)]
    [TestCase("""{"model":"linear","messages":[{"role":"user","content":"a"}]}""", "model", null)]
    public Task Chat_BadRequest_NamesTheMember(string body, string parameter, string? code)
        => RefusedAsync(body, parameter, code);

    [TestCase("""[]""", "messages", null)]
    [TestCase(""" "hi" """, "messages", null)]
    [TestCase("""[{"role":"poet","content":"a"}]""", "messages[0].role", null)]
    [TestCase("""[{"content":"a"}]""", "messages[0].role", null)]
    [TestCase("""[{"role":"user"}]""", "messages[0].content", null)]
    [TestCase("""[{"role":"user","content":7}]""", "messages[0].content", null)]
    [TestCase(
        """[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]""", "messages[0].content[0].type",
        "unsupported_parameter")]
    [TestCase("""[{"role":"user","content":"a","weight":1}]""", "messages[0].weight", "unknown_parameter")]
    [TestCase("""[{"role":"tool","content":"a","tool_call_id":"x"}]""", "messages[0].tool_call_id", null)]
    [TestCase("""[{"role":"tool","content":"a"}]""", "messages[0].tool_call_id", null)]
    [TestCase("""[{"role":"assistant","tool_calls":[{"type":"function"}]}]""", "messages[0].tool_calls[0].id", null)]
    public Task Chat_BadMessages_NameTheMember(string messages, string parameter, string? code)
        => RefusedAsync($$"""{"model":"chat","messages":{{messages}}}""", parameter, code);

    [TestCase(""" "n":0""", "n", null)]
    [TestCase(""" "n":1000000""", "n", null)]
    [TestCase(""" "max_tokens":100000""", "max_tokens", "context_length_exceeded")]
    [TestCase(""" "max_completion_tokens":100000""", "max_completion_tokens", "context_length_exceeded")]
    [TestCase(""" "max_tokens":1,"max_completion_tokens":2""", "max_tokens", null)]
    [TestCase(""" "top_logprobs":2""", "top_logprobs", null)]
    [TestCase(""" "logprobs":true,"top_logprobs":21""", "top_logprobs", null)]
    [TestCase(""" "functions":[]""", "functions", "unsupported_parameter")]
    [TestCase(""" "store":true""", "store", "unsupported_parameter")]
    [TestCase(""" "modalities":["text","audio"]""", "modalities[1]", "unsupported_parameter")]
    [TestCase(""" "reasoning_effort":"high" """, "reasoning_effort", "unsupported_parameter")]
    [TestCase(""" "temprature":1""", "temprature", "unknown_parameter")]
    [TestCase(""" "response_format":{"type":"xml"}""", "response_format.type", null)]
    [TestCase(""" "tool_choice":"required" """, "tool_choice", null)]
    [TestCase(
        """ "stream":true,"stream_options":{"include_obfuscation":true}""", "stream_options.include_obfuscation",
        "unsupported_parameter")]
    public Task Chat_BadOption_IsNamed(string more, string parameter, string? code)
        => RefusedAsync($$"""{"model":"chat","messages":[{"role":"user","content":"a"}],{{more}}}""", parameter, code);

    [Test]
    public async Task Chat_ConversationBeyondTheContext_IsRefused()
    {
        var error = (await PostAsync(
            Path, new { model = "chat", messages = new[] { new { role = "user", content = new string('z', 600) } } },
            HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("context_length_exceeded"));
        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("messages"));
    }

    private async Task RefusedAsync(string body, string parameter, string? code)
    {
        var error = (await PostAsync(Path, body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter), error.ToString());
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
