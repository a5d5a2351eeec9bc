using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace MaaS.Cli.Demo;

/// <summary>Asks a server over HTTP, as any client would.</summary>
internal sealed class DemoClient(Uri server) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The request's body for one image.</summary>
    /// <param name="pixels">(1, height, width), bytes.</param>
    /// <param name="width">Pixels in a row.</param>
    public static string Body(ReadOnlySpan<byte> pixels, int width)
    {
        var rows = new JsonArray();
        for (var start = 0; start < pixels.Length; start += width)
        {
            var row = new JsonArray();
            foreach (var pixel in pixels.Slice(start, width))
            {
                row.Add(pixel);
            }

            rows.Add(row);
        }

        return new JsonObject { ["images"] = new JsonArray(rows) }.ToJsonString();
    }

    /// <summary>Label and probabilities of one image.</summary>
    public async Task<(string Label, Dictionary<string, float> Probabilities, string Answer)> PredictAsync(
        string body, CancellationToken cancellationToken)
    {
        var answer = await PostAsync(body, cancellationToken);
        var prediction = JsonNode.Parse(answer)!["predictions"]![0]!;
        return (
            (string)prediction["label"]!,
            prediction["probabilities"]!.AsObject().ToDictionary(static p => p.Key, static p => (float)p.Value!),
            answer);
    }

    /// <summary>Median time of a request, in microseconds.</summary>
    public async Task<double> MedianMicrosecondsAsync(string body, int requests, CancellationToken cancellationToken)
    {
        var times = new double[requests];
        for (var i = -requests / 4; i < requests; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await PostAsync(body, cancellationToken);
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        Array.Sort(times);
        return times[requests / 2];
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> PostAsync(string body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await _http.PostAsync(new Uri("/predict", UriKind.Relative), content, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? answer
            : throw new InvalidOperationException(
                $"POST /predict: expected 200, got {(int)response.StatusCode}: {answer}");
    }
}
