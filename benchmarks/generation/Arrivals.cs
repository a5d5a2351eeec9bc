using System.Collections.Concurrent;
using System.Diagnostics;

namespace MaaS.Benchmarks.Generation;

/// <summary>Clients that ask one request after another: prompts, lengths and pauses are drawn once, so that all ways
/// get the same.</summary>
internal sealed class Arrivals
{
    private readonly List<List<Request>> _clients = [];

    /// <summary>Draws requests.</summary>
    /// <param name="clients">How many ask at the same time.</param>
    /// <param name="requests">Of each.</param>
    public static Arrivals Draw(int clients, int requests)
    {
        var random = new Random(clients);
        var arrivals = new Arrivals();
        var number = 0;
        for (var client = 0; client < clients; client++)
        {
            arrivals._clients.Add([
                .. Enumerable.Range(0, requests).Select(i => new Request(
                    number++,
                    [.. Enumerable.Range(0, random.Next(16, 129)).Select(_ => (long)random.Next(50_255))],
                    random.Next(32, 129),
                    TimeSpan.FromMilliseconds(i == 0 ? random.Next(500) : random.Next(100))))]);
        }

        return arrivals;
    }

    /// <summary>One short text, so that everything is loaded and allocated.</summary>
    public static async Task WarmUpAsync(ITextWay way) => await way.WriteAsync([1, 2, 3], 8).CountAsync();

    /// <summary>Asks everything.</summary>
    public async Task<Measurement> RunAsync(ITextWay way)
    {
        ConcurrentBag<double> firsts = [], betweens = [];
        ConcurrentDictionary<int, long[]> texts = [];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(_clients.Select(client => Task.Run(async () =>
        {
            foreach (var request in client)
            {
                await Task.Delay(request.Pause);
                List<long> text = [];
                var last = clock.Elapsed;
                await foreach (var token in way.WriteAsync(request.Prompt, request.Count))
                {
                    var now = clock.Elapsed;
                    (text.Count == 0 ? firsts : betweens).Add((now - last).TotalMilliseconds);
                    text.Add(token);
                    last = now;
                }

                texts[request.Number] = [.. text];
            }
        })));
        return new Measurement(
            texts.Values.Sum(static t => t.Length) / clock.Elapsed.TotalSeconds, [.. firsts], [.. betweens],
            texts.ToDictionary());
    }

    private sealed record Request(int Number, long[] Prompt, int Count, TimeSpan Pause);
}
