using System.Net;
using System.Text.Json;
using MaaS.Core.Generation;

namespace MaaS.Serving.Tests.OpenAi.Completions;

public sealed class CompletionEndpointsTests : ChatServer
{
    private const string Path = "/v1/completions";

    private static readonly string[] Prompts = ["the cat", "the dog sat"];

    [Test]
    public async Task Completions_Prompt_IsTorchsText()
    {
        var pieces = Torch.Generate("the cat", new GenerationOptions { MaxNewTokens = 40 }).ToArray();

        var answer = await PostAsync(
            Path, new { model = "plain", prompt = "the cat", max_tokens = 40, temperature = 0, user = "somebody" });

        var choice = answer.GetProperty("choices").EnumerateArray().Single();
        Assert.That(
            choice.GetProperty("text").GetString(), Is.EqualTo(string.Concat(pieces.Select(static p => p.Text))));
        Assert.That(
            choice.GetProperty("finish_reason").GetString(),
            Is.EqualTo(pieces[^1].Finish == FinishReason.Stop ? "stop" : "length"));
        Assert.That(answer.GetProperty("object").GetString(), Is.EqualTo("text_completion"));
        Assert.That(answer.GetProperty("id").GetString(), Does.StartWith("cmpl-"));
        Assert.That(answer.GetProperty("model").GetString(), Is.EqualTo("plain"));
        var prompt = Tokenizer.Encode("the cat").Ids.Length;
        var usage = answer.GetProperty("usage");
        Assert.That(usage.GetProperty("prompt_tokens").GetInt32(), Is.EqualTo(prompt));
        Assert.That(usage.GetProperty("completion_tokens").GetInt32(), Is.EqualTo(pieces.Length));
        Assert.That(usage.GetProperty("total_tokens").GetInt32(), Is.EqualTo(prompt + pieces.Length));
    }

    [Test]
    public async Task Completions_SeveralPromptsAndChoices_ComeInOrderAndAgain()
    {
        var body = new { model = "plain", prompt = Prompts, n = 2, seed = 5, max_tokens = 12 };
        var expected = Prompts.SelectMany(p => new[] { 5, 6 }.Select(seed => string.Concat(Torch.Generate(
            p, new GenerationOptions { MaxNewTokens = 12, Temperature = 1, Seed = seed }).Select(static t => t.Text))))
            .ToArray();

        foreach (var _ in new[] { 1, 2 })
        {
            var choices = (await PostAsync(Path, body)).GetProperty("choices").EnumerateArray().ToArray();

            Assert.That(
                choices.Select(static c => c.GetProperty("index").GetInt32()), Is.EqualTo(new[] { 0, 1, 2, 3 }));
            Assert.That(choices.Select(static c => c.GetProperty("text").GetString()), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Completions_SeveralPromptsSentAgain_CountWhatEachOfThemHadCached()
    {
        int[] a = [.. Enumerable.Range(20, 80)], b = [.. Enumerable.Range(120, 90)];
        async Task<int> CachedAsync(params int[][] prompt)
            => (await PostAsync(Path, new { model = "plain", prompt, max_tokens = 1 })).GetProperty("usage")
                .GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();

        var first = await CachedAsync(a, b);
        var (ofA, ofB) = (await CachedAsync(a), await CachedAsync(b));

        Assert.That(first, Is.Zero);
        Assert.That(ofA, Is.InRange(1, a.Length));
        Assert.That(ofB, Is.InRange(1, b.Length));
        Assert.That(await CachedAsync(a, b), Is.EqualTo(ofA + ofB));
    }

    [Test]
    public async Task Completions_SeveralChoicesOfANewPrompt_CountNothingAsCached()
    {
        var answer = await PostAsync(
            Path, new { model = "plain", prompt = Enumerable.Range(60, 100).Reverse(), n = 4, max_tokens = 1 });

        Assert.That(
            answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(),
            Is.Zero);
    }

    [Test]
    public async Task Completions_TokensAsPrompt_AreContinued()
    {
        var ids = Tokenizer.Encode("the cat").Ids;
        var expected = (await PostAsync(Path, new { model = "plain", prompt = "the cat", temperature = 0 }))
            .GetProperty("choices")[0].GetProperty("text").GetString();

        foreach (var prompt in new object[] { ids, new[] { ids } })
        {
            var answer = await PostAsync(Path, new { model = "plain", prompt, temperature = 0 });
            Assert.That(answer.GetProperty("choices")[0].GetProperty("text").GetString(), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Completions_Options_AreHonoured()
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = 30,
            Temperature = 0.8,
            TopP = 0.9,
            TopK = 40,
            MinP = 0.01,
            RepetitionPenalty = 1.1,
            FrequencyPenalty = 0.5,
            PresencePenalty = -0.5,
            Seed = 11,
            LogitBias = new Dictionary<long, double> { [100] = 5, [101] = -100 },
        };
        var pieces = Torch.Generate("the cat", options).ToArray();

        var answer = await PostAsync(Path, """
            {"model":"plain","prompt":"the cat","max_tokens":30,"temperature":0.8,"top_p":0.9,"top_k":40,"min_p":0.01,
             "repetition_penalty":1.1,"frequency_penalty":0.5,"presence_penalty":-0.5,"seed":11,
             "logit_bias":{"100":5,"101":-100},"echo":false,"best_of":1,"suffix":null,"stream":false}
            """);

        Assert.That(
            answer.GetProperty("choices")[0].GetProperty("text").GetString(),
            Is.EqualTo(string.Concat(pieces.Select(static p => p.Text))));
    }

    [Test]
    public async Task Completions_StopText_EndsBeforeItAcrossTokens()
    {
        var whole = string.Concat(Torch.Generate("the cat", new GenerationOptions { MaxNewTokens = 40 })
            .Select(static p => p.Text));
        var stop = whole[10..13];
        var before = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];

        var answer = await PostAsync(
            Path, new { model = "plain", prompt = "the cat", max_tokens = 40, temperature = 0, stop });

        Assert.That(answer.GetProperty("choices")[0].GetProperty("text").GetString(), Is.EqualTo(before));
        Assert.That(answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString(), Is.EqualTo("stop"));
    }

    [Test]
    public async Task Completions_LogProbabilities_AreTorchs()
    {
        var tokens = Torch.Generate(
            "the cat", new GenerationOptions { MaxNewTokens = 8, TopLogProbabilities = 2 })
            .Select(static p => p.LogProbability!).ToArray();

        var answer = await PostAsync(
            Path, new { model = "plain", prompt = "the cat", max_tokens = 8, temperature = 0, logprobs = 2 });

        var got = answer.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.That(
            got.GetProperty("token_logprobs").EnumerateArray().Select(static v => v.GetDouble()),
            Is.EqualTo(tokens.Select(static t => t.LogProbability)).Within(1e-4));
        Assert.That(got.GetProperty("tokens").GetArrayLength(), Is.EqualTo(8));
        Assert.That(got.GetProperty("text_offset")[0].GetInt32(), Is.Zero);
        Assert.That(
            got.GetProperty("top_logprobs")[0].EnumerateObject().Select(static p => p.Value.GetDouble()).Take(2),
            Is.EqualTo(tokens[0].Top.Select(static t => t.LogProbability)).Within(1e-4));
    }

    [Test]
    public async Task Completions_Stream_IsExactlyThis()
    {
        var pieces = Torch.Generate("the cat", new GenerationOptions { MaxNewTokens = 5 }).ToArray();

        var text = await TextAsync(Path, new
        {
            model = "plain",
            prompt = "the cat",
            max_tokens = 5,
            temperature = 0,
            stream = true,
            stream_options = new { include_usage = true },
        });

        using var first = JsonDocument.Parse(text.Split('\n')[0]["data: ".Length..]);
        var head = $"data: {{\"id\":\"{first.RootElement.GetProperty("id").GetString()}\","
            + "\"object\":\"text_completion\","
            + $"\"created\":{first.RootElement.GetProperty("created").GetInt64()},\"model\":\"plain\","
            + "\"system_fingerprint\":\"plain-1\",\"choices\":";
        var expected = string.Concat(pieces.Where(static p => p.Text.Length > 0 || p.Finish != FinishReason.None)
            .Select(p => head + $"[{{\"index\":0,\"text\":{Json(p.Text)},\"logprobs\":null,\"finish_reason\":"
                + p.Finish switch { FinishReason.None => "null", FinishReason.Stop => "\"stop\"", _ => "\"length\"" }
                + "}],\"usage\":null}\n\n"));
        var prompt = Tokenizer.Encode("the cat").Ids.Length;
        expected += head + $"[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{pieces.Length},"
            + $"\"total_tokens\":{prompt + pieces.Length},\"prompt_tokens_details\":{{\"cached_tokens\":0}}}}}}\n\n"
            + "data: [DONE]\n\n";
        Assert.That(text, Is.EqualTo(expected));
    }

    [TestCase("""{"prompt":"a"}""", "model", null)]
    [TestCase("""{"model":"plain"}""", "prompt", null)]
    [TestCase("""{"model":"plain","prompt":[]}""", "prompt", null)]
    [TestCase("""{"model":"plain","prompt":""}""", "prompt", null)]
    [TestCase("""{"model":"plain","prompt":[1,-1]}""", "prompt", null)]
    [TestCase("""{"model":"plain","prompt":[100000]}""", "prompt", null)]
    [TestCase("""{"model":"plain","prompt":"a","n":129}""", "n", null)]
    [TestCase("""{"model":"plain","prompt":["a","b"],"n":100}""", "n", null)]
    [TestCase("""{"model":"plain","prompt":"a","max_tokens":0}""", "max_tokens", null)]
    [TestCase("""{"model":"plain","prompt":"a","max_tokens":512}""", "max_tokens", "context_length_exceeded")]
    [TestCase("""{"model":"plain","prompt":"a","temperature":2.1}""", "temperature", null)]
    [TestCase("""{"model":"plain","prompt":"a","top_p":0}""", "top_p", null)]
    [TestCase("""{"model":"plain","prompt":"a","stop":["a","b","c","d","e"]}""", "stop", null)]
    [TestCase("""{"model":"plain","prompt":"a","stop":""}""", "stop", null)]
    [TestCase("""{"model":"plain","prompt":"a","logit_bias":{"x":1}}""", "logit_bias", null)]
    [TestCase("""{"model":"plain","prompt":"a","logit_bias":{"1":101}}""", "logit_bias", null)]
    [TestCase("""{"model":"plain","prompt":"a","logit_bias":{"100000":1}}""", "logit_bias", null)]
    [TestCase("""{"model":"plain","prompt":"a","logprobs":6}""", "logprobs", null)]
    [TestCase("""{"model":"plain","prompt":"a","best_of":3}""", "best_of", "unsupported_parameter")]
    [TestCase("""{"model":"plain","prompt":"a","echo":true}""", "echo", "unsupported_parameter")]
    [TestCase("""{"model":"plain","prompt":"a","suffix":"b"}""", "suffix", "unsupported_parameter")]
    [TestCase("""{"model":"plain","prompt":"a","beams":3}""", "beams", "unknown_parameter")]
    [TestCase("""{"model":"plain","prompt":"a","stream_options":{}}""", "stream_options", null)]
    [TestCase("""{"model":"plain","prompt":"a","seed":1.5}""", "seed", null)]
    [TestCase("""{"model":"linear","prompt":"a"}""", "model", null)]
    public async Task Completions_BadRequest_NamesTheMember(string body, string parameter, string? code)
    {
        var error = (await PostAsync(Path, body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter), error.ToString());
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
    }

    [Test]
    public async Task Completions_PromptBeyondTheContext_IsRefused()
    {
        var error = (await PostAsync(
            Path, new { model = "plain", prompt = Enumerable.Repeat(20, ChatLength) }, HttpStatusCode.BadRequest))
            .GetProperty("error");

        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("context_length_exceeded"));
        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo("prompt"));
    }

    private static string Json(string text)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStringValue(text);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
