using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>Keys, limits, hang-ups and metrics of the routes for OpenAI's clients.</summary>
public sealed class LimitsAndKeysTests : ChatServer
{
    private const string Chat = "/v1/chat/completions", Completions = "/v1/completions";

    private static readonly object[] Messages = [new { role = "user", content = "the cat" }];

    [TestCase(Chat)]
    [TestCase(Completions)]
    public async Task Post_WithoutTheRightKey_IsRefusedInOpenAisForm(string path)
    {
        object body = path == Chat
            ? new { model = "chat", messages = Messages } : new { model = "plain", prompt = "a" };

        using var none = await SendAsync(path, body, key: null);
        var wrong = (await PostAsync(
            path, body, HttpStatusCode.Unauthorized, ApiKey.Create("x", ["predict"]).Key)).GetProperty("error");
        var other = (await PostAsync(path, body, HttpStatusCode.Forbidden, "other")).GetProperty("error");

        Assert.That(none.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(none.Headers.WwwAuthenticate.ToString(), Does.Contain("Bearer"));
        Assert.That(
            (wrong.GetProperty("type").GetString(), wrong.GetProperty("code").GetString()),
            Is.EqualTo(("authentication_error", "invalid_api_key")));
        Assert.That(
            (other.GetProperty("type").GetString(), other.GetProperty("param").GetString()),
            Is.EqualTo(("permission_error", "model")));
    }

    [Test]
    public async Task Post_UnknownModel_IsNotFoundInOpenAisForm()
    {
        var error = (await PostAsync(Chat, new { model = "none", messages = Messages }, HttpStatusCode.NotFound))
            .GetProperty("error");

        Assert.That(
            (error.GetProperty("type").GetString(), error.GetProperty("param").GetString(),
                error.GetProperty("code").GetString()),
            Is.EqualTo(("invalid_request_error", "model", "model_not_found")));
    }

    [Test]
    public async Task Post_UnknownEncoding_IsRefusedInOpenAisForm()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Chat, UriKind.Relative))
        {
            Content = new StringContent("{}"),
        };
        request.Content.Headers.ContentEncoding.Add("compress");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys["all"]);
        using var response = await Server.Client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(
            json.RootElement.GetProperty("error").GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
    }

    [TestCase(Chat, "messages")]
    [TestCase(Completions, "prompt")]
    [TestCase("/v2/models/chat/generate", null)]
    public async Task Post_PromptOfMoreCharactersThanTheModelTakes_NamesTheSetting(string path, string? parameter)
    {
        var text = new string('z', ChatCharacters + 1);
        object body = path == Chat
            ? new { model = "chat", messages = new[] { new { role = "user", content = text } } }
            : path == Completions ? new { model = "chat", prompt = text } : new { text_input = text };

        var error = (await PostAsync(path, body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(
            error.ToString(), Does.Contain($"a prompt of at most {ChatCharacters} characters, its MaxTextLength, got"));
        if (parameter is not null)
        {
            Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter));
        }
    }

    [Test]
    public async Task Models_List_ShowsTheKeysOwnToBothClients()
    {
        var all = await GetAsync("/v1/models", "all");
        var other = await GetAsync("/v1/models", "other");
        var chat = await GetAsync("/v1/models/chat", "all");

        Assert.That(all.GetProperty("object").GetString(), Is.EqualTo("list"));
        Assert.That(
            all.GetProperty("data").EnumerateArray().Select(static m => m.GetProperty("id").GetString()),
            Is.EqualTo(new[] { "chat", "linear", "plain", "saga" }));
        Assert.That(
            all.GetProperty("models").EnumerateArray().Select(static m => m.GetString()),
            Is.EqualTo(new[] { "chat", "linear", "plain", "saga" }));
        Assert.That(
            other.GetProperty("data").EnumerateArray().Select(static m => m.GetProperty("id").GetString()),
            Is.EqualTo(new[] { "linear" }));
        Assert.That(
            (chat.GetProperty("id").GetString(), chat.GetProperty("object").GetString(),
                chat.GetProperty("owned_by").GetString(), chat.GetProperty("created").ValueKind),
            Is.EqualTo(("chat", "model", "maas", JsonValueKind.Number)));
        Assert.That(
            chat.GetProperty("model_version_status")[0].GetProperty("state").GetString(), Is.EqualTo("AVAILABLE"));
    }

    [Test]
    public async Task Post_TokensUsedUp_Is429UntilTheyComeAgain()
    {
        // 2 tokens of prompt and as many of the answer as are left, and more.
        await PostAsync(
            Completions,
            new { model = "plain", prompt = "the cat", max_tokens = 60, temperature = 0, logit_bias = NoStop() },
            key: "poor");

        using var refused = await SendAsync(Completions, new { model = "plain", prompt = "the cat" }, "poor");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.FromSeconds(10)));
        using var json = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.That(
            json.RootElement.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("rate_limit_exceeded"));
        using var generate = await SendAsync("/v2/models/plain/generate", new { text_input = "the cat" }, "poor");
        Assert.That(generate.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), "whichever way it comes");
    }

    [Test]
    public async Task Post_PromptOfMoreThanAMinutesTokens_Is429AndNotWorthAWait()
    {
        using var refused = await SendAsync(
            Completions, new { model = "plain", prompt = Enumerable.Repeat(20, PoorTokens + 1) }, "poor");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter, Is.Null);
    }

    [Test]
    public async Task Post_SchemaWithoutTokensForItsPrompt_Is429BeforeTheSchemaIsRead()
    {
        using var refused = await SendAsync(
            Chat, $$"""
            {"model":"chat","messages":[{"role":"user","content":"{{new string('7', PoorTokens * 3)}}"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"not":{} } } } }
            """, "poor");

        Assert.That(
            refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), await refused.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Stream_ClientThatHangsUp_EndsAndLetsTheNextOneIn()
    {
        const string Active = "maas_generation_active{model=\"saga\",version=\"1\"}";
        var before = await MetricAsync(Active);
        using var gone = new CancellationTokenSource();
        var body = new { model = "saga", prompt = "the", max_tokens = 5900, stream = true };
        var stream = await SendAsync(Completions, body, "single", gone.Token);
        Assert.That(stream.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await (await stream.Content.ReadAsStreamAsync(gone.Token)).ReadExactlyAsync(new byte[20], gone.Token);

        using (var second = await SendAsync(Completions, new { model = "plain", prompt = "the" }, "single"))
        {
            Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(second.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        }

        await gone.CancelAsync();
        stream.Dispose();

        await UntilAsync(async () => await MetricAsync(Active) == before);
        await PostAsync(Completions, new { model = "plain", prompt = "the" }, key: "single");
    }

    [Test]
    public async Task Metrics_Tokens_AreCountedByKeyAndDirection()
    {
        const string Read = "maas_caller_tokens_total{model=\"plain\",caller=\"all\",direction=\"input\"}";
        const string Written = "maas_caller_tokens_total{model=\"plain\",caller=\"all\",direction=\"output\"}";
        var (read, written) = (await MetricAsync(Read), await MetricAsync(Written));

        var answer = await PostAsync(
            Completions, new { model = "plain", prompt = "the cat", max_tokens = 9, temperature = 0 });

        var usage = answer.GetProperty("usage");
        Assert.That(
            await MetricAsync(Read) - read, Is.EqualTo(usage.GetProperty("prompt_tokens").GetDouble()));
        Assert.That(
            await MetricAsync(Written) - written, Is.EqualTo(usage.GetProperty("completion_tokens").GetDouble()));
        Assert.That(
            await MetricAsync("maas_generation_token_interval_seconds_count{model=\"plain\",version=\"1\"}"),
            Is.GreaterThanOrEqualTo(usage.GetProperty("completion_tokens").GetDouble() - 1));
    }

    private Dictionary<string, int> NoStop()
        => new() { [$"{Tokenizer.TokenToId("<|im_end|>")}"] = -100 };

    private async Task<JsonElement> GetAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys[key]);
        using var response = await Server.Client.SendAsync(request);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
