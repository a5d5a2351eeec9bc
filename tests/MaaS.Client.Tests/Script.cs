using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace MaaS.Client.Tests;

/// <summary>Servers that say what they are told to: one line after the other, the last one for ever.</summary>
internal sealed class Script(params Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>[] lines)
    : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<string> _bodies = [];
    private readonly List<string> _hosts = [];

    /// <summary>The requests' bodies so far.</summary>
    public IReadOnlyList<string> Bodies
    {
        get
        {
            lock (_lock)
            {
                return [.. _bodies];
            }
        }
    }

    /// <summary>Where the requests went so far.</summary>
    public IReadOnlyList<string> Hosts
    {
        get
        {
            lock (_lock)
            {
                return [.. _hosts];
            }
        }
    }

    public HttpRequestMessage? Last { get; private set; }

    /// <summary>A client of these servers, <c>http://a</c> and so on; tries follow each other at once.</summary>
    public MaaSClient Client(
        Transport transport, string hosts, Action<MaaSClientOptions>? configure = null, TimeProvider? time = null)
    {
        var options = Servers.Options(transport, [.. hosts.Select(static h => new Uri($"http://{h}"))]);
        options.ProbeInterval = null;
        configure?.Invoke(options);
        return new MaaSClient(new HttpClient(this, disposeHandler: false), options, time);
    }

    /// <summary>An answer over REST.</summary>
    public static Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Says(
        HttpStatusCode status, string body = "{}", TimeSpan? retryAfter = null)
        => (_, _) =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(body) };
            response.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
            return Task.FromResult(response);
        };

    /// <summary>An answer over gRPC: an empty message where the status is OK.</summary>
    public static Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> SaysGrpc(
        StatusCode status, string message = "", TimeSpan? retryAfter = null, bool inTrailers = false)
        => (_, _) =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Version = HttpVersion.Version20,
                Content = new ByteArrayContent(status == StatusCode.OK ? new byte[5] : [])
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") },
                },
            };
            var trailers = inTrailers || status == StatusCode.OK
                ? response.TrailingHeaders : (HttpHeaders)response.Headers;
            trailers.Add("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
            trailers.Add("grpc-message", Uri.EscapeDataString(message));
            if (retryAfter is { } wait)
            {
                trailers.TryAddWithoutValidation(
                    "retry-after", wait.TotalSeconds.ToString(CultureInfo.InvariantCulture));
            }

            return Task.FromResult(response);
        };

    /// <summary>No answer until the client gives up.</summary>
    public static Task<HttpResponseMessage> Hangs(HttpRequestMessage request, CancellationToken cancellationToken)
        => new TaskCompletionSource<HttpResponseMessage>().Task.WaitAsync(cancellationToken);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : "";
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> line;
        lock (_lock)
        {
            line = lines[Math.Min(_bodies.Count, lines.Length - 1)];
            Last = request;
            _bodies.Add(body);
            _hosts.Add(request.RequestUri!.Host);
        }

        return await line(request, cancellationToken);
    }
}
