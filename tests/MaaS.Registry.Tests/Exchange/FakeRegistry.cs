using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Registry.Exchange;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>A registry in memory, written after the distribution specification, that lies, forgets and breaks off where
/// a test wants it to.</summary>
internal sealed partial class FakeRegistry : IDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = new();
    private readonly TaskCompletionSource _closing = new();
    private readonly Task _loop;

    public FakeRegistry()
    {
        (_listener, Host) = Listen();
        _loop = LoopAsync();
    }

    public string Host { get; }

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>By tag and by digest.</summary>
    public ConcurrentDictionary<string, byte[]> Manifests { get; } = new();

    /// <summary>Every request, as <c>GET /v2/…</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Whether there is an endpoint of referrers.</summary>
    public bool HasReferrers { get; set; }

    /// <summary>Whether the list of tags goes on and on.</summary>
    public bool HasEndlessTags { get; set; }

    /// <summary>Referrers to a page of their list.</summary>
    public int ReferrersPage { get; set; } = 1000;

    /// <summary>Digests that the list of referrers names besides, as signatures.</summary>
    public ConcurrentQueue<string> MoreReferrers { get; } = new();

    /// <summary>What the answer to a part of an upload says that there is, by what is there; null forgets the
    /// upload.</summary>
    public Func<long, long?> UploadRange { get; set; } = static length => length;

    /// <summary>Whether a repository, by the path of a request, lacks every content.</summary>
    public Func<string, bool> IsEmpty { get; set; } = static _ => false;

    /// <summary>Bytes of a content after which nothing more comes, with the connection open.</summary>
    public int? StallsAfter { get; set; }

    /// <summary>A bearer token that is asked for; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>Where a request by path is sent on to; null to answer it.</summary>
    public Func<string, string?> Redirect { get; set; } = static _ => null;

    /// <summary>Changes contents on their way out.</summary>
    public Func<string, byte[], byte[]> OnBlob { get; set; } = static (_, bytes) => bytes;

    /// <summary>Runs before a manifest is answered: its version.</summary>
    public Action<string> OnManifest { get; set; } = static _ => { };

    /// <summary>What the answer says that the manifest's digest is.</summary>
    public Func<string, string> DigestHeader { get; set; } = static digest => digest;

    /// <summary>How many bytes of a request or an answer go through before the connection breaks; each entry counts
    /// once.</summary>
    public ConcurrentQueue<int> Breaks { get; } = new();

    public static ExchangeOptions Options => new()
    {
        PlainHttp = true,
        ChunkBytes = 1000,
        Logins = new RegistryLogins(Path.Combine(Path.GetTempPath(), $"none-{Guid.NewGuid():N}")),
        Clock = new ImmediateTime(),
    };

    public OciReference At(string name) => OciReference.Parse($"{Host}/{name}");

    public void Dispose()
    {
        _closing.SetResult();
        _listener.Close();
        _loop.Wait();
    }

    // A port that is free may be another process's a moment later.
    private static (HttpListener Listener, string Host) Listen()
    {
        while (true)
        {
            string host;
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                host = $"127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            }

            var listener = new HttpListener();
            listener.Prefixes.Add($"http://{host}/");
            try
            {
                listener.Start();
                return (listener, host);
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    private async Task LoopAsync()
    {
        List<Task> answers = [];
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                answers.Add(AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue($"{request.HttpMethod} {request.RawUrl}");
        try
        {
            await AnswerAsync(request, response);
            response.Close();
        }
        // The last of them where a client has hung up before the head of its answer was out.
        catch (Exception e) when (e is IOException or HttpListenerException or InvalidOperationException)
        {
            response.Abort();
        }
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var path = request.Url!.AbsolutePath;
        if (Redirect(path) is { } elsewhere)
        {
            response.AddHeader("Location", elsewhere);
            response.StatusCode = 307;
        }
        else if (path == "/token")
        {
            await SendAsync(response, 200, "application/json", Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}"}"""));
        }
        else if (Token is { } token && request.Headers["Authorization"] != $"Bearer {token}")
        {
            response.AddHeader("WWW-Authenticate", $"Bearer realm=\"http://{Host}/token\",service=\"fake\"");
            response.StatusCode = 401;
        }
        else if (Route().Match(path) is { Success: true } route)
        {
            await AnswerAsync(request, response, route.Groups[1].Value, route.Groups[2].Value);
        }
        else
        {
            response.StatusCode = path == "/v2/" ? 200 : 404;
        }
    }

    private Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response, string kind, string rest)
        => (kind, request.HttpMethod) switch
        {
            ("manifests", "PUT") => PutManifestAsync(request, response, rest),
            ("manifests", _) => ManifestAsync(response, rest),
            ("referrers", _) => ReferrersAsync(request, response, rest),
            ("tags", _) => TagsAsync(request, response),
            ("blobs", _) when rest.StartsWith("uploads", StringComparison.Ordinal) =>
                UploadAsync(request, response, rest["uploads/".Length..]),
            ("blobs", _) => BlobAsync(request, response, rest),
            _ => throw new IOException(),
        };

    private async Task UploadAsync(HttpListenerRequest request, HttpListenerResponse response, string id)
    {
        if (request.HttpMethod == "POST")
        {
            id = Guid.NewGuid().ToString("N");
            _uploads[id] = new MemoryStream();
        }

        var upload = _uploads[id];
        if (request.HttpMethod is "PATCH" or "PUT")
        {
            if (request.Headers["Content-Range"] is { } range
                && long.Parse(range.Split('-')[0]) != upload.Length)
            {
                response.StatusCode = 416;
                return;
            }

            await ReceiveAsync(request.InputStream, upload);
        }

        if (request.HttpMethod == "PATCH" && UploadRange(upload.Length) is null)
        {
            upload.SetLength(0);
            throw new IOException();
        }

        response.AddHeader("Location", $"/v2/x/blobs/uploads/{id}");
        response.AddHeader("Range", $"0-{Math.Max(0, (UploadRange(upload.Length) ?? upload.Length) - 1)}");
        response.StatusCode = request.HttpMethod == "GET" ? 204 : 202;
        if (request.HttpMethod == "PUT")
        {
            var digest = request.QueryString["digest"]!;
            response.StatusCode = Digest(upload.ToArray()) == digest ? 201 : 400;
            Blobs[digest] = upload.ToArray();
        }
    }

    private async Task ReceiveAsync(Stream from, MemoryStream upload)
    {
        using var body = new MemoryStream();
        await from.CopyToAsync(body);
        if (body.Length > 0 && Breaks.TryDequeue(out var bytes))
        {
            upload.Write(body.GetBuffer(), 0, (int)Math.Min(bytes, body.Length));
            throw new IOException();
        }

        body.WriteTo(upload);
    }

    private async Task BlobAsync(HttpListenerRequest request, HttpListenerResponse response, string digest)
    {
        if (!Blobs.TryGetValue(digest, out var bytes) || IsEmpty(request.Url!.AbsolutePath))
        {
            response.StatusCode = 404;
            return;
        }

        if (request.HttpMethod == "HEAD")
        {
            response.ContentLength64 = bytes.Length;
            return;
        }

        bytes = OnBlob(digest, bytes);
        var from = request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..].Split('-')[0]) : 0;
        if (from > 0)
        {
            response.AddHeader("Content-Range", $"bytes {from}-{bytes.Length - 1}/{bytes.Length}");
        }

        response.ContentLength64 = bytes.Length - from;
        response.StatusCode = from > 0 ? 206 : 200;
        if (bytes.Length > 100 && Breaks.TryDequeue(out var count))
        {
            await response.OutputStream.WriteAsync(bytes.AsMemory(from, Math.Min(count, bytes.Length - from - 1)));
            await response.OutputStream.FlushAsync();
            throw new IOException();
        }

        if (StallsAfter is { } most && most < bytes.Length - from)
        {
            await response.OutputStream.WriteAsync(bytes.AsMemory(from, most));
            await response.OutputStream.FlushAsync();
            await _closing.Task;
        }

        await response.OutputStream.WriteAsync(bytes.AsMemory(from));
    }

    private async Task PutManifestAsync(HttpListenerRequest request, HttpListenerResponse response, string version)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        Manifests[version] = body.ToArray();
        Manifests[Digest(body.ToArray())] = body.ToArray();
        using var json = JsonDocument.Parse(body.ToArray());
        if (HasReferrers && json.RootElement.TryGetProperty("subject", out var subject))
        {
            response.AddHeader("OCI-Subject", subject.GetProperty("digest").GetString()!);
        }

        response.StatusCode = 201;
    }

    private async Task ManifestAsync(HttpListenerResponse response, string version)
    {
        OnManifest(version);
        if (!Manifests.TryGetValue(version, out var bytes))
        {
            response.StatusCode = 404;
            return;
        }

        response.AddHeader("Docker-Content-Digest", DigestHeader(Digest(bytes)));
        await SendAsync(response, 200, "application/vnd.oci.image.manifest.v1+json", bytes);
    }

    private Task TagsAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        if (HasEndlessTags)
        {
            response.AddHeader("Link", $"<{request.Url!.AbsolutePath}>; rel=\"next\"");
        }

        return SendAsync(
            response, 200, "application/json",
            JsonSerializer.SerializeToUtf8Bytes(
                new { tags = Manifests.Keys.Where(static k => !k.Contains(':', StringComparison.Ordinal)) }));
    }

    private async Task ReferrersAsync(HttpListenerRequest request, HttpListenerResponse response, string digest)
    {
        if (!HasReferrers)
        {
            response.StatusCode = 404;
            return;
        }

        var found = Manifests.Where(m => m.Key.StartsWith("sha256:", StringComparison.Ordinal))
            .Select(static m => (m.Key, m.Value, JsonDocument.Parse(m.Value).RootElement))
            .Where(m => m.RootElement.TryGetProperty("subject", out var s)
                && s.GetProperty("digest").GetString() == digest)
            .Select(static m => new
            {
                mediaType = "application/vnd.oci.image.manifest.v1+json",
                digest = m.Key,
                size = m.Value.Length,
                artifactType = m.RootElement.GetProperty("artifactType").GetString(),
            })
            .Concat(MoreReferrers.Select(static d => new
            {
                mediaType = "application/vnd.oci.image.manifest.v1+json",
                digest = d,
                size = 2,
                artifactType = (string?)"application/vnd.maas.signature.v1",
            }))
            .OrderBy(static r => r.digest, StringComparer.Ordinal).ToList();
        var from = int.Parse(request.QueryString["from"] ?? "0");
        if (from + ReferrersPage < found.Count)
        {
            response.AddHeader(
                "Link", $"<{request.Url!.AbsolutePath}?from={from + ReferrersPage}>; rel=\"next\"");
        }

        await SendAsync(
            response, 200, "application/vnd.oci.image.index.v1+json",
            JsonSerializer.SerializeToUtf8Bytes(
                new { schemaVersion = 2, manifests = found.Skip(from).Take(ReferrersPage) }));
    }

    private static async Task SendAsync(HttpListenerResponse response, int status, string type, byte[] bytes)
    {
        (response.StatusCode, response.ContentType, response.ContentLength64) = (status, type, bytes.Length);
        await response.OutputStream.WriteAsync(bytes);
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex(@"\A/v2/[a-z/]+/(manifests|blobs|referrers|tags)/(.*)\z")]
    private static partial Regex Route();

    /// <summary>Waits are over at once.</summary>
    private sealed class ImmediateTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
