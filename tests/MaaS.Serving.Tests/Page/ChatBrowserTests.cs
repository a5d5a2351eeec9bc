using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Serving.Tests.OpenAi;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>Conversations in Chromium, on a server of chat models with keys.</summary>
public sealed partial class ChatBrowserTests : ChatServer
{
    private const string Path = "/v1/chat/completions";

    private Browser _browser = null!;

    [OneTimeSetUp]
    public async Task StartBrowser() => _browser = await Browser.StartAsync();

    [OneTimeTearDown]
    public async Task StopBrowser() => await _browser.DisposeAsync();

    [GeneratedRegex(@"^version 1 · (\d+) tokens · [\d.,]+ tokens a second · the first after [\d.,]+ (µs|ms|s)")]
    private static partial Regex Figures();

    [Test]
    public async Task Enter_MessageAfterMessage_ShowsWhatTheServerAnswersToTheConversation()
    {
        const string Hostile = "the <img src=x onerror=\"window.injected=1\"> cat";
        await using var page = await OpenAsync("chat");
        await page.Page.GetByLabel("System text").FillAsync("the dog");
        await page.Page.GetByLabel("Temperature").FillAsync("0");
        await page.Page.GetByLabel("Most tokens").FillAsync("12");

        var first = await AskAsync(page, Hostile);
        var (said, tokens) = await AnswerOfServerAsync(first);
        await Expect(Turns(page)).ToHaveCountAsync(2);
        Assert.That(await SaidAsync(page), Is.EqualTo(new[] { Hostile, said }));
        var figures = Figures().Match(await Turns(page).Nth(1).Locator(".figures").InnerTextAsync());
        Assert.That(figures.Success);
        Assert.That(figures.Groups[1].Value, Is.EqualTo($"{tokens}"));
        Assert.That(first.Headers["x-api-key"], Is.EqualTo(Keys["all"]));

        await Text(page).FillAsync("line one");
        await Text(page).PressAsync("Shift+Enter");
        await page.Page.Keyboard.InsertTextAsync("line two");
        var second = await AskAsync(page, null);
        var (saidNext, _) = await AnswerOfServerAsync(second);
        Assert.That(
            MessagesOf(second),
            Is.EqualTo(new[]
            {
                ("system", "the dog"), ("user", Hostile), ("assistant", said), ("user", "line one\nline two"),
            }));
        Assert.That((await SaidAsync(page))[^1], Is.EqualTo(saidNext));
        Assert.That(await page.Page.Locator("#try img, #try [onerror]").CountAsync(), Is.Zero);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New conversation" }).ClickAsync();
        await Expect(Turns(page)).ToHaveCountAsync(0);
        var third = await AskAsync(page, "cats");
        Assert.That(MessagesOf(third), Is.EqualTo(new[] { ("system", "the dog"), ("user", "cats") }));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Stop_InTheMidstOfAnAnswer_KeepsWhatThereIsAndTheNextGoesOnFromThere()
    {
        await using var page = await OpenAsync("chat");
        // The tests' models are done before anybody could stop them: the first answer never ends.
        await page.Page.EvaluateAsync(
            """
            () => {
              const fetched = window.fetch;
              window.fetch = async (path, options) => {
                window.fetch = fetched;
                const choice = { delta: { content: 'the mat' }, finish_reason: null };
                const event = { choices: [choice], system_fingerprint: 'chat-1' };
                return new Response(new ReadableStream({
                  start(stream) {
                    stream.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
                    options.signal.addEventListener('abort', () => stream.error(options.signal.reason));
                  },
                }));
              };
            }
            """);
        await Text(page).FillAsync("the cat");
        await Text(page).PressAsync("Enter");
        await Expect(Turns(page).Nth(1).Locator(".said")).ToHaveTextAsync("the mat");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Expect(Turns(page).Nth(1).Locator(".figures")).ToContainTextAsync("stopped");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" })).ToBeHiddenAsync();
        await Expect(Text(page)).ToBeFocusedAsync();
        await page.Page.GetByLabel("Most tokens").FillAsync("3");
        Assert.That(
            MessagesOf(await AskAsync(page, "and the dog")),
            Is.EqualTo(new[] { ("user", "the cat"), ("assistant", "the mat"), ("user", "and the dog") }));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Choose_AnotherModel_EndsTheAnswerAndKeepsTheConversation()
    {
        await using var page = await OpenAsync("saga");
        await Text(page).FillAsync("the cat");
        await Text(page).PressAsync("Enter");
        await Expect(Turns(page).Nth(1).Locator(".said")).Not.ToBeEmptyAsync();

        await page.Page.Locator("#models button[data-model='plain']").ClickAsync();

        await Expect(page.Page.GetByLabel("Beginning of a text")).ToBeVisibleAsync();
        await Expect(Text(page)).ToHaveCountAsync(0);
        await UntilAsync(async () => await MetricAsync("""maas_generation_active{model="saga",version="1"}""") == 0);
        await page.Page.Locator("#models button[data-model='saga']").ClickAsync();
        await Expect(Turns(page)).ToHaveCountAsync(2);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Ask_WhatTheServerRefuses_SaysWhyAndPutsTheMessageBack()
    {
        await using var page = await OpenAsync("chat");
        await page.Page.GetByLabel("Temperature").FillAsync("3");
        await Text(page).FillAsync("the cat");
        await Text(page).PressAsync("Enter");
        await Expect(Alert(page)).ToHaveTextAsync("Temperature: expected a number from 0 to 2, or none.");

        await page.Page.GetByLabel("Temperature").FillAsync("");
        await page.Page.GetByLabel("Most tokens").FillAsync("5000");
        await Text(page).PressAsync("Enter");

        await Expect(Alert(page)).ToContainTextAsync("as the context of this model is 512 tokens");
        await Expect(Text(page)).ToHaveValueAsync("the cat");
        await Expect(Turns(page)).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Ask_MoreThanTheKeyMay_SaysSo()
    {
        // A prompt that is paid for once a minute, not twice, and far less than the context.
        const string Question = "the cat sat on the mat";
        var prompt = Tokenizer.Encode($"<|im_start|>user\n{Question}<|im_end|>\n<|im_start|>assistant\n").Length;
        Assert.That(prompt, Is.InRange((PoorTokens / 2) + 2, PoorTokens));
        await using var page = await OpenAsync("chat", key: "poor");
        await page.Page.GetByLabel("Most tokens").FillAsync("4");
        await AskAsync(page, Question);
        await Expect(Alert(page)).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New conversation" }).ClickAsync();

        await Text(page).FillAsync(Question);
        await Text(page).PressAsync("Enter");

        await Expect(Alert(page)).ToContainTextAsync($"expected at most {PoorTokens} tokens a minute from this caller");
        await Expect(Text(page)).ToHaveValueAsync(Question);
    }

    [Test]
    public async Task Ask_RefusedWhileTheNextMessageIsWritten_PutsTheOneBeforeTheOther()
    {
        await using var page = await OpenAsync("chat");
        await page.Page.RouteAsync("**" + Path, async route =>
        {
            await Text(page).FillAsync("and the dog");
            await route.FulfillAsync(new()
            {
                Status = 503,
                ContentType = "application/json",
                Body = """{"error":{"message":"the model is busy"}}""",
            });
        });

        await Text(page).FillAsync("the cat");
        await Text(page).PressAsync("Enter");

        await Expect(Alert(page)).ToContainTextAsync("the model is busy");
        await Expect(Text(page)).ToHaveValueAsync("the cat\nand the dog");
        await Expect(Turns(page)).ToHaveCountAsync(0);
    }

    [TestCase("""data: {"error":{"message":"the model has run out of luck"}}""", "the model has run out of luck")]
    [TestCase("", "The server broke off the answer.")]
    public async Task Stream_ThatFails_SaysSoAndKeepsWhatThereIs(string last, string expected)
    {
        await using var page = await OpenAsync("chat");
        await page.Page.RouteAsync("**" + Path, route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = $$$"""
                data: {"system_fingerprint":"chat-1","choices":[{"delta":{"role":"assistant","content":""}}]}

                : a comment
                data: {"system_fingerprint":"chat-1","choices":[{"delta":{"content":"half an <b>answer</b> 😀"}}]}

                {{{last}}}


                """,
        }));

        await Text(page).FillAsync("the cat");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Expect(Alert(page)).ToHaveTextAsync(expected);
        Assert.That(await SaidAsync(page), Is.EqualTo(new[] { "the cat", "half an <b>answer</b> 😀" }));
        Assert.That(page.Faults, Is.Empty);
    }

    [TestCase(390, ColorScheme.Light)]
    [TestCase(390, ColorScheme.Dark)]
    [TestCase(1280, ColorScheme.Light)]
    [TestCase(1280, ColorScheme.Dark)]
    public async Task Layout_Conversation_FitsItsWindowWithoutAViolation(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync("chat", width: width, scheme: scheme);
        await page.Page.GetByLabel("Temperature").FillAsync("0");
        await page.Page.GetByLabel("Most tokens").FillAsync("40");
        Assert.That(await page.ViolationsAsync(), Is.Empty, "before the first message");
        await AskAsync(page, $"the cat sat on the mat\n{new string('m', 120)}");
        await AskAsync(page, "and the dog?");

        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(await page.OverflowAsync(), Is.Zero);
    }

    [Test]
    public async Task Get_PageModel_SaysWhetherThereIsAChatTemplate()
    {
        foreach (var (model, expected) in new[] { ("chat", true), ("plain", false), ("linear", false) })
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri($"/page/models/{model}", UriKind.Relative));
            request.Headers.Authorization = new("Bearer", Keys["all"]);
            using var response = await Server.Client.SendAsync(request);
            var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

            Assert.That(answer.GetProperty("has_chat_template").GetBoolean(), Is.EqualTo(expected), model);
            Assert.That(answer.GetProperty("writes_text").GetBoolean(), Is.EqualTo(model != "linear"), model);
        }
    }

    private static ILocator Text(BrowserPage page) => page.Page.GetByLabel("Message", new() { Exact = true });

    private static ILocator Turns(BrowserPage page) => page.Page.Locator("#try .turn");

    private static ILocator Alert(BrowserPage page) => page.Page.Locator("#try").GetByRole(AriaRole.Alert);

    private static Task<string[]> SaidAsync(BrowserPage page)
        => page.Page.Locator("#try .said").EvaluateAllAsync<string[]>("all => all.map(e => e.textContent)");

    private static (string Role, string Content)[] MessagesOf(IRequest request)
        => [.. JsonDocument.Parse(request.PostData!).RootElement.GetProperty("messages").EnumerateArray()
            .Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];

    private async Task<BrowserPage> OpenAsync(
        string model, string key = "all", int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await _browser.OpenAsync(new Uri(Server.Address, $"#{model}"), width, scheme);
        await page.Page.GetByLabel("Key or bearer token").FillAsync(Keys[key]);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(Text(page)).ToBeVisibleAsync();
        return page;
    }

    /// <summary>Sends a message, or what stands in the box, by the Enter key; the answer is whole afterwards.</summary>
    private static async Task<IRequest> AskAsync(BrowserPage page, string? message)
    {
        if (message is not null)
        {
            await Text(page).FillAsync(message);
        }

        var turns = await Turns(page).CountAsync();
        var request = await page.Page.RunAndWaitForRequestAsync(
            () => Text(page).PressAsync("Enter"), r => r.Url.EndsWith(Path, StringComparison.Ordinal));
        await Expect(Turns(page)).ToHaveCountAsync(turns + 2);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Send" })).ToBeVisibleAsync();
        return request;
    }

    /// <summary>What the server answers to the page's request at once, not in a stream, and how many tokens that
    /// is.</summary>
    private async Task<(string Text, int Tokens)> AnswerOfServerAsync(IRequest request)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(request.PostData!)!;
        Assert.That(body["stream"].GetBoolean());
        body.Remove("stream");
        body.Remove("stream_options");
        var answer = await PostAsync(Path, body);
        return (
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!,
            answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }
}
