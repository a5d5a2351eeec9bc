using System.Net;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A thousand clients who go away together in the midst of their texts.</summary>
[NonParallelizable]
public sealed class HangUpTests : ChatServer
{
    private const int Clients = 1000;

    private const string Path = "/v1/completions";

    private static readonly string[] Counts = ["active", "running", "waiting", "cache_used"];

    [Test]
    public async Task Stream_AThousandClientsHangUpAtOnce_NothingOfThemStays()
    {
        var alone = await TextAsync();
        using var gone = new CancellationTokenSource();
        var refused = 0;
        async Task WriteAsync(int seed)
        {
            try
            {
                using var answer = await SendAsync(
                    Path, new { model = "saga", prompt = $"the cat {seed}", max_tokens = 5900, seed, stream = true },
                    cancellationToken: gone.Token);
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                await (await answer.Content.ReadAsStreamAsync(gone.Token)).CopyToAsync(Stream.Null, gone.Token);
                Assert.Fail("a text ended before its client left");
            }
            catch (Exception e) when (gone.IsCancellationRequested && e is OperationCanceledException or IOException)
            {
                // Gone, as it should be.
            }
        }

        Task[] clients = [.. Enumerable.Range(0, Clients).Select(WriteAsync)];
        await UntilAsync(async () => await CountAsync("active") + refused == Clients);
        foreach (var count in Counts)
        {
            await UntilAsync(async () => await CountAsync(count) > 0);
        }

        await gone.CancelAsync();
        await Task.WhenAll(clients);

        foreach (var count in Counts)
        {
            await UntilAsync(async () => await CountAsync(count) == 0);
        }

        Assert.That(await TextAsync(), Is.EqualTo(alone), "the next one is served as ever");
        TestContext.Out.WriteLine($"{Clients - refused} texts in the making, {refused} refused");
    }

    private Task<double> CountAsync(string what)
        => MetricAsync($$"""maas_generation_{{what}}{model="saga",version="1"}""");

    private async Task<string> TextAsync()
        => (await PostAsync(Path, new { model = "saga", prompt = "the cat", max_tokens = 9, temperature = 0 }))
            .GetProperty("choices")[0].GetProperty("text").GetString()!;
}
