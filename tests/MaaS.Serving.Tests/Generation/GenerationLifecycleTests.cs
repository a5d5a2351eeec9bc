using System.Net;
using System.Text.Json;

namespace MaaS.Serving.Tests.Generation;

/// <summary>Texts that take longer than the patience of clients, deadlines and unloads.</summary>
[NonParallelizable]
public sealed class GenerationLifecycleTests : StoryServer
{
    private const string Active = """maas_generation_active{model="saga",version="1"}""";
    private const string Tokens = """maas_generation_tokens_total{model="saga",version="1"}""";

    private static readonly object Saga =
        new { text_input = "the", max_tokens = SagaLength, temperature = 1, seed = 1, stream = true };

    [SetUp]
    public void WaitForTheTestBefore() => UntilIdle();

    [Test]
    public async Task Stream_FirstPiece_ComesWhileTheTextIsInTheMaking()
    {
        using var response = await StreamAsync("saga", Saga);
        await using var events = EventsAsync(response).GetAsyncEnumerator();
        Assert.That(await events.MoveNextAsync());

        Assert.That(events.Current.TryGetProperty("finish_reason", out _), Is.False);
        Assert.That(await MetricAsync(Active), Is.EqualTo(1));
    }

    [Test]
    public async Task Stream_ClientIsGone_StopsTheText()
    {
        var before = await MetricAsync(Tokens);
        using (var response = await StreamAsync("saga", Saga))
        {
            await using var events = EventsAsync(response).GetAsyncEnumerator();
            Assert.That(await events.MoveNextAsync());
        }

        UntilIdle();
        Assert.That(await MetricAsync(Tokens) - before, Is.InRange(1, SagaLength / 2));
        Assert.That(
            await MetricAsync("""maas_generation_errors_total{model="saga",version="1",error_type="cancelled"}"""),
            Is.AtLeast(1));
    }

    [Test]
    public async Task Generate_AsManyAsMayAreUnderWay_Is429()
    {
        using var response = await StreamAsync("saga", Saga);
        await using var events = EventsAsync(response).GetAsyncEnumerator();
        Assert.That(await events.MoveNextAsync());

        using var waiting = StreamAsync("saga", Saga);
        Assert.That(() => MetricAsync(Active), Is.EqualTo(2).After(10_000, 20));
        using var content = new StringContent("""{"text_input": "the"}""");
        using var refused = await Server.Client.PostAsync(
            new Uri("/v2/models/saga/generate", UriKind.Relative), content);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(
            await refused.Content.ReadAsStringAsync(), Does.Contain("expected at most 2 texts of one caller at once"));
        await Server.PostAsync("/v2/models/story/generate", """{"text_input": "the"}""");

        response.Dispose();
        (await waiting).Dispose();
        UntilIdle();
        await Server.PostAsync("/v2/models/saga/generate", """{"text_input": "the", "max_tokens": 3}""");
    }

    [Test]
    public async Task Generate_DeadlinePasses_Is504()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri("/v2/models/saga/generate", UriKind.Relative))
        {
            Content = new StringContent(
                JsonSerializer.Serialize(
                    new { text_input = "the", max_tokens = SagaLength, temperature = 1, seed = 1 })),
        };
        request.Headers.Add("X-Request-Timeout-Ms", "200");
        using var response = await Server.Client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.GatewayTimeout));
    }

    [Test]
    public async Task Stream_DeadlinePasses_EndsInAnErrorEvent()
    {
        using var response = await StreamAsync("saga", Saga, r => r.Headers.Add("X-Request-Timeout-Ms", "500"));
        var events = await EventsAsync(response).ToArrayAsync();

        Assert.That(events, Has.Length.GreaterThan(1));
        Assert.That(events[..^1].Select(static e => e.TryGetProperty("text_output", out _)), Is.All.True);
        Assert.That(events[^1].GetProperty("error").GetString(), Does.Contain("deadline"));
    }

    [Test]
    public async Task Unload_TextUnderWay_WaitsForItAndTakesNoNewOnes()
    {
        using var response = await StreamAsync("saga", Saga);
        await using var events = EventsAsync(response).GetAsyncEnumerator();
        Assert.That(await events.MoveNextAsync());

        var unload = Server.Models.UnloadAsync("saga");
        var refused = await Server.ErrorAsync(
            "/v2/models/saga/generate", """{"text_input": "the"}""", HttpStatusCode.ServiceUnavailable);
        for (var i = 0; i < 10; i++)
        {
            Assert.That(await events.MoveNextAsync());
            Assert.That(events.Current.TryGetProperty("text_output", out _), "the text goes on");
        }

        Assert.That(refused, Does.Contain("saga"));
        Assert.That(unload.IsCompleted, Is.False);
        response.Dispose();
        await unload.WaitAsync(TimeSpan.FromSeconds(20));
        await Server.Models.LoadAsync("saga");
        await Server.PostAsync("/v2/models/saga/generate", """{"text_input": "the", "max_tokens": 3}""");
    }

    private void UntilIdle() => Assert.That(() => MetricAsync(Active), Is.Zero.After(10_000, 50));
}
