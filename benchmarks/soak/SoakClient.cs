using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace MaaS.Benchmarks.Soak;

/// <summary>How requests ended.</summary>
internal sealed class SoakCounts
{
    public long Right, Wrong, Failed, Refused;

    public string? FirstFault;
}

/// <summary>Sends requests over one connection and checks each answer against its own input.</summary>
internal sealed class SoakClient(Uri address, int seed, SoakCounts counts)
{
    private const int Width = 256;
    private readonly Random _random = new(seed);

    /// <param name="model">Asked for.</param>
    /// <param name="mayBeUnloaded">Whether 503 is a right answer, since it is unloaded now and then.</param>
    /// <param name="take">Whether there is another request to send.</param>
    public async Task RunAsync(string model, bool mayBeUnloaded, Func<bool> take)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        using var client = new HttpClient(handler) { BaseAddress = address };
        var uri = new Uri($"/v2/models/{model}/infer", UriKind.Relative);
        while (take())
        {
            var input = new int[Width];
            for (var i = 0; i < Width; i++)
            {
                input[i] = _random.Next(-1000, 1000);
            }

            try
            {
                using var content = new StringContent(
                    $$"""{"inputs":[{"name":"x","shape":[1,{{Width}}],"datatype":"FP32","data":[{{string.Join(',', input)}}]}]}""", Encoding.UTF8, "application/json");
                using var response = await client.PostAsync(uri, content);
                var body = await response.Content.ReadAsByteArrayAsync();
                Count(response.StatusCode, body, input, mayBeUnloaded);
            }
            catch (HttpRequestException e)
            {
                Interlocked.Increment(ref counts.Failed);
                counts.FirstFault ??= e.ToString();
            }
        }
    }

    private void Count(HttpStatusCode status, byte[] body, int[] input, bool mayBeUnloaded)
    {
        if (status == HttpStatusCode.ServiceUnavailable && mayBeUnloaded)
        {
            Interlocked.Increment(ref counts.Refused);
        }
        else if (status != HttpStatusCode.OK)
        {
            Interlocked.Increment(ref counts.Failed);
            counts.FirstFault ??= $"{status}: {Encoding.UTF8.GetString(body)}";
        }
        else if (IsRight(body, input))
        {
            Interlocked.Increment(ref counts.Right);
        }
        else
        {
            Interlocked.Increment(ref counts.Wrong);
            counts.FirstFault ??= $"wrong: {Encoding.UTF8.GetString(body)}";
        }
    }

    private static bool IsRight(byte[] body, int[] input)
    {
        using var answer = JsonDocument.Parse(body);
        var version = int.Parse(
            answer.RootElement.GetProperty("model_version").GetString()!, CultureInfo.InvariantCulture);
        var data = answer.RootElement.GetProperty("outputs")[0].GetProperty("data");
        if (data.GetArrayLength() != input.Length)
        {
            return false;
        }

        var i = 0;
        foreach (var value in data.EnumerateArray())
        {
            if (value.GetDouble() != (double)input[i++] * version)
            {
                return false;
            }
        }

        return true;
    }
}
