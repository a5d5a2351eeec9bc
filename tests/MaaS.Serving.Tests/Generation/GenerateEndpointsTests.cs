using System.Net;
using System.Text.Json;
using MaaS.Core.Generation;

namespace MaaS.Serving.Tests.Generation;

public sealed class GenerateEndpointsTests : StoryServer
{
    private static readonly GenerationOptions Greedy = new() { MaxNewTokens = 40 };
    private static readonly GenerationOptions Sampled = new()
    {
        MaxNewTokens = 40,
        Temperature = 1,
        TopK = 50,
        TopP = 0.95,
        RepetitionPenalty = 1.2,
        Seed = 3,
    };

    private static object Request(string prompt, GenerationOptions options) => new
    {
        text_input = prompt,
        id = "7",
        parameters = new
        {
            max_tokens = options.MaxNewTokens,
            temperature = options.Temperature,
            top_k = options.TopK,
            top_p = options.TopP,
            repetition_penalty = options.RepetitionPenalty,
            seed = options.Seed ?? 0,
            stop_tokens = options.StopTokens,
        },
    };

    [TestCase("")]
    [TestCase("/versions/1")]
    public async Task Generate_Prompt_WritesTorchsText(string version)
    {
        foreach (var options in new[] { Greedy, Sampled })
        {
            var pieces = Torch.Generate("the cat", options).ToArray();

            var answer = await Server.PostAsync(
                $"/v2/models/story{version}/generate", JsonSerializer.Serialize(Request("the cat", options)));

            Assert.That(
                answer.GetProperty("text_output").GetString(),
                Is.EqualTo(string.Concat(pieces.Select(static p => p.Text))));
            Assert.That(answer.GetProperty("tokens").GetInt32(), Is.EqualTo(pieces.Length));
            Assert.That(
                answer.GetProperty("finish_reason").GetString(),
                Is.EqualTo(pieces[^1].Finish == FinishReason.Stop ? "stop" : "length"));
            Assert.That(
                (answer.GetProperty("id").GetString(), answer.GetProperty("model_name").GetString(),
                    answer.GetProperty("model_version").GetString()),
                Is.EqualTo(("7", "story", "1")));
        }
    }

    [Test]
    public async Task Generate_StopToken_EndsTheText()
    {
        var pieces = Torch.Generate("the cat", Greedy).ToArray();
        var options = Greedy with { StopTokens = [pieces[5].Token] };
        var expected = Torch.Generate("the cat", options).ToArray();

        var answer = await Server.PostAsync(
            "/v2/models/story/generate", JsonSerializer.Serialize(Request("the cat", options)));

        Assert.That(answer.GetProperty("finish_reason").GetString(), Is.EqualTo("stop"));
        Assert.That(
            answer.GetProperty("text_output").GetString(),
            Is.EqualTo(string.Concat(expected.Select(static p => p.Text))));
    }

    [TestCase(null)]
    [TestCase("gzip")]
    public async Task Stream_Prompt_SendsTorchsPieces(string? accepted)
    {
        var pieces = Torch.Generate("the dog", Sampled).ToArray();

        using var response = await StreamAsync(
            "story", Request("the dog", Sampled),
            r => r.Headers.Add("Accept-Encoding", accepted is null ? [] : [accepted]));
        var events = await EventsAsync(response).ToArrayAsync();

        Assert.That(
            events.Select(static e => e.GetProperty("text_output").GetString()),
            Is.EqualTo(
                pieces.Where(static p => p.Text.Length > 0 || p.Finish != FinishReason.None)
                    .Select(static p => p.Text)));
        Assert.That(
            events.Select(static e => e.TryGetProperty("finish_reason", out _)),
            Is.EqualTo(events.Select((_, i) => i == events.Length - 1)), "the last and no other");
        Assert.That(events[^1].GetProperty("tokens").GetInt32(), Is.EqualTo(pieces.Length));
    }

    [Test]
    public async Task Stream_ManyAtOnce_EachIsItsOwnText()
        => await Task.WhenAll(Enumerable.Range(0, 16).Select(async seed =>
        {
            var options = Sampled with { Seed = seed };
            using var response = await StreamAsync("story", Request("the", options));
            var events = await EventsAsync(response).ToArrayAsync();
            string expected;
            lock (Torch)
            {
                expected = string.Concat(Torch.Generate("the", options).Select(static p => p.Text));
            }

            Assert.That(
                string.Concat(events.Select(static e => e.GetProperty("text_output").GetString())),
                Is.EqualTo(expected));
        }));

    [TestCase("""{"text_input": 5}""", "text_input: expected a text")]
    [TestCase("""{"prompt": "a"}""", "expected text_input, id, parameters, max_tokens")]
    [TestCase("""{"id": "a"}""", "expected text_input, got none")]
    [TestCase("""[]""", "expected an object with text_input")]
    [TestCase("""{"text_input": ""}""", "a prompt of at least one token, got none")]
    [TestCase("""{"text_input": "\ud800"}""", "expected Unicode text")]
    [TestCase("""{"text_input": "a", "max_tokens": 0}""", "MaxNewTokens of at least 1, got 0")]
    [TestCase("""{"text_input": "a", "max_tokens": 1e99}""", "max_tokens: expected an integer")]
    [TestCase("""{"text_input": "a", "temperature": "hot"}""", "temperature: expected a number, got String")]
    [TestCase(
        """{"text_input": "a", "parameters": {"top_p": 0, "top_k": -1}}""",
        "TopK of 0 or more, got -1; expected TopP above 0 to 1, got 0")]
    [TestCase("""{"text_input": "a", "parameters": 3}""", "parameters: expected an object")]
    [TestCase("""{"text_input": "a", "stream": true}""", "generate_stream streams")]
    [TestCase("""{"text_input": "a"} {}""", "expected JSON")]
    public async Task Generate_BadRequest_SaysWhatWasExpected(string body, string message)
        => Assert.That(await Server.ErrorAsync("/v2/models/story/generate", body), Does.Contain(message));

    [Test]
    public async Task Stream_PromptOfTooManyTokens_IsAStatusAndNoEvent()
    {
        var body = JsonSerializer.Serialize(new { text_input = string.Concat(Enumerable.Repeat("xyz ", StoryLength)) });

        Assert.That(
            await Server.ErrorAsync("/v2/models/story/generate_stream", body),
            Does.Contain($"a prompt of less than {StoryLength} tokens, got "));
    }

    [Test]
    public async Task Generate_PromptOfMegabytes_Is413()
        => Assert.That(
            await Server.ErrorAsync(
                "/v2/models/story/generate", JsonSerializer.Serialize(new { text_input = new string('a', 1 << 21) }),
                HttpStatusCode.RequestEntityTooLarge),
            Does.Contain("1048576"));

    [Test]
    public async Task Generate_ModelOfAnotherTask_SaysSo()
        => Assert.That(
            await Server.ErrorAsync("/v2/models/linear/generate", """{"text_input": "a"}"""),
            Does.Contain("expected a package of task 'text-generation', got none"));
}
