using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.OpenAi;
using MaaS.Serving.OpenAi.Chat;

namespace MaaS.Serving.Tests.OpenAi.Chat;

/// <summary>Answers whose form is asked for: random weights would never write it by themselves.</summary>
public sealed class ConstrainedChatTests : ChatServer
{
    private const string Path = "/v1/chat/completions";

    private const string Schema = """
        {"type":"object","additionalProperties":false,"required":["kind","sure"],
         "properties":{"kind":{"enum":["cat","dog"]},"sure":{"type":"boolean"}}}
        """;

    private const string Weather = """
        {"type":"function","function":{"name":"weather","description":"The weather of a town.","strict":true,
         "parameters":{"type":"object","additionalProperties":false,"required":["town"],
          "properties":{"town":{"enum":["Paris","Rome"]}}}}}
        """;

    private const string Clock = """{"type":"function","function":{"name":"clock"}}""";

    private static string Body(string more, string messages = """[{"role":"user","content":"the cat"}]""")
        => $$"""{"model":"chat","messages":{{messages}},"temperature":0,{{more}}}""";

    [Test]
    public async Task Chat_JsonSchema_IsFollowedBySeveralSeeds()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var answer = await PostAsync(Path, $$$"""
                {"model":"chat","messages":[{"role":"user","content":"the cat"}],"seed":{{{seed}}},"max_tokens":100,
                 "response_format":{"type":"json_schema",
                  "json_schema":{"name":"pet","strict":true,"schema":{{{Schema}}} } } }
                """);

            var choice = answer.GetProperty("choices")[0];
            using var document = JsonDocument.Parse(choice.GetProperty("message").GetProperty("content").GetString()!);
            Assert.That(document.RootElement.GetProperty("kind").GetString(), Is.AnyOf("cat", "dog"));
            Assert.That(
                document.RootElement.GetProperty("sure").ValueKind, Is.AnyOf(JsonValueKind.True, JsonValueKind.False));
            Assert.That(document.RootElement.EnumerateObject().Count(), Is.EqualTo(2));
            Assert.That(choice.GetProperty("finish_reason").GetString(), Is.EqualTo("stop"));
        }
    }

    [Test]
    public async Task Chat_JsonObject_StartsAsOne()
    {
        var answer = await PostAsync(Path, Body("""
            "max_tokens":30,"response_format":{"type":"json_object"}
            """));

        Assert.That(
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            Does.StartWith("{"));
    }

    [Test]
    public async Task Chat_RequiredTool_IsCalledWithArgumentsOfItsSchema()
    {
        var answer = await PostAsync(Path, Body($$"""
            "max_completion_tokens":100,"tool_choice":{"type":"function","function":{"name":"weather"} },
            "tools":[{{Clock}},{{Weather}}]
            """));

        var choice = answer.GetProperty("choices")[0];
        Assert.That(choice.GetProperty("finish_reason").GetString(), Is.EqualTo("tool_calls"));
        Assert.That(choice.GetProperty("message").GetProperty("content").ValueKind, Is.EqualTo(JsonValueKind.Null));
        var call = choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray().Single();
        Assert.That(call.GetProperty("type").GetString(), Is.EqualTo("function"));
        Assert.That(call.GetProperty("id").GetString(), Does.Match("^[A-Za-z0-9]{9}$"));
        Assert.That(call.GetProperty("function").GetProperty("name").GetString(), Is.EqualTo("weather"));
        using var arguments = JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!);
        Assert.That(arguments.RootElement.GetProperty("town").GetString(), Is.AnyOf("Paris", "Rome"));
    }

    [Test]
    public async Task Chat_StreamOfACall_HasItsNameFirstAndThenItsArguments()
    {
        var text = await TextAsync(Path, Body($$"""
            "max_tokens":100,"stream":true,"tool_choice":"required","tools":[{{Weather}}]
            """));

        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static e => e["data: ".Length..])
            .ToArray();
        Assert.That(events[^1], Is.EqualTo("[DONE]"));
        var choices = events[..^1].Select(static e => JsonDocument.Parse(e).RootElement.GetProperty("choices")[0])
            .ToArray();
        Assert.That(choices, Has.Length.EqualTo(4));
        Assert.That(choices[0].GetProperty("delta").GetProperty("role").GetString(), Is.EqualTo("assistant"));
        var first = choices[1].GetProperty("delta").GetProperty("tool_calls")[0];
        Assert.That(first.GetProperty("index").GetInt32(), Is.Zero);
        Assert.That(first.GetProperty("function").GetProperty("name").GetString(), Is.EqualTo("weather"));
        Assert.That(first.GetProperty("function").GetProperty("arguments").GetString(), Is.Empty);
        using var arguments = JsonDocument.Parse(choices[2].GetProperty("delta").GetProperty("tool_calls")[0]
            .GetProperty("function").GetProperty("arguments").GetString()!);
        Assert.That(arguments.RootElement.GetProperty("town").GetString(), Is.AnyOf("Paris", "Rome"));
        Assert.That(choices[3].GetProperty("finish_reason").GetString(), Is.EqualTo("tool_calls"));
    }

    [Test]
    public async Task Chat_CallAndItsResult_AreReadAsMessages()
    {
        var answer = await PostAsync(Path, Body($$"""
            "max_tokens":5,"tool_choice":"none","parallel_tool_calls":false,"tools":[{{Weather}}]
            """, """
            [{"role":"user","content":"a"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
              "function":{"name":"weather","arguments":"{\"town\":\"Rome\"}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"sunny"}]
            """));

        Assert.That(answer.GetProperty("choices").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Chat_MoreToolsThanOpenAiTakes_AreRefused()
    {
        static string Tools(int count) => string.Join(
            ',', Enumerable.Range(0, count).Select(static i => $$"""
                {"type":"function","function":{"name":"t{{i}}","strict":true} }
                """));
        var error = (await PostAsync(
            Path, Body($"\"tools\":[{Tools(129)}],\"tool_choice\":\"none\""), HttpStatusCode.BadRequest))
            .GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("tools"));
        Assert.That(error.GetProperty("message").GetString(), Does.Contain("at most 128, got 129"));
        await PostAsync(Path, Body($"\"tools\":[{Tools(128)}],\"tool_choice\":\"none\",\"max_tokens\":2"));
    }

    [Test]
    public async Task Chat_StrictToolsThatAreTooCostlyTogether_AreRefused()
    {
        var tools = string.Join(',', Enumerable.Range(0, 30).Select(static i => $$$"""
            {"type":"function","function":{"name":"t{{{i}}}","strict":true,"parameters":{"properties":{
             {{{string.Join(',', Enumerable.Range(0, 40).Select(k => $$"""
                "p{{k}}":{"pattern":"(?:abcdefghij{{i}}x{{k}}){2000}"}
                """))}}} } } } }
            """));
        var settings = Encoding.UTF8.GetBytes($$"""{"tools":[{{tools}}]}""");

        var refusal = (await Assert.ThrowsAsync<RequestException>(
            () => AnswerForm.OfToolsAsync(ChatTools.Read(RequestFields.Parse(settings)))))!;

        Assert.That(refusal.Parameter, Is.EqualTo("tools"));
        Assert.That(refusal.Message, Does.Contain("steps"));
    }

    [Test]
    public async Task Chat_ModelWithoutATemplate_IsRefusedBeforeItsSchemaIsRead()
    {
        var error = (await PostAsync(
            Path, """
            {"model":"plain","messages":[{"role":"user","content":"a"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"not":{}}}}}
            """, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("model"), error.ToString());
    }

    [TestCase("""
        "tools":[{"type":"function","function":{"name":"a b"}}]
        """, "tools[0].function.name")]
    [TestCase("""
        "tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}]
        """, "tools")]
    [TestCase("""
        "tools":[{"type":"function","function":{"name":"a","parameters":7}}]
        """, "tools[0].function.parameters")]
    [TestCase("""
        "tools":[{"type":"function","function":{"name":"a","strict":true,"parameters":{"not":{}}}}]
        """, "tools")]
    [TestCase("""
        "tools":[{"type":"retrieval"}]
        """, "tools[0].type")]
    [TestCase("""
        "tool_choice":{"type":"function","function":{"name":"b"}},"tools":[{"type":"function","function":{"name":"a"}}]
        """, "tool_choice.function.name")]
    [TestCase("""
        "response_format":{"type":"json_schema","json_schema":{"schema":{}}}
        """, "response_format.json_schema.name")]
    [TestCase("""
        "response_format":{"type":"json_schema","json_schema":{"name":"a"}}
        """, "response_format.json_schema.schema")]
    [TestCase("""
        "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"$ref":"#"}}}
        """, "response_format.json_schema.schema")]
    [TestCase("""
        "response_format":{"type":"json_schema","json_schema":{"name":"a",
         "schema":{"type":"integer","minimum":2,"maximum":1}}}
        """, "response_format.json_schema.schema")]
    [TestCase("""
        "response_format":{"type":"json_object"},"tools":[{"type":"function","function":{"name":"a"}}]
        """, "response_format")]
    public async Task Chat_FormThatCannotBeHad_NamesTheMember(string more, string parameter)
    {
        var error = (await PostAsync(Path, Body(more), HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter), error.ToString());
    }
}
