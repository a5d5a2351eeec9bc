using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests;

/// <summary>A real server on a free loopback port and a client of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly ServingHost _host;
    private readonly HttpClient _client;

    private TestServer(ServingHost host)
    {
        _host = host;
        _client = new HttpClient { BaseAddress = host.Address };
    }

    public HttpClient Client => _client;

    public Uri Address => _host.Address;

    public ModelRepository Models => _host.Models;

    public Uri GrpcAddress => _host.GrpcAddress!;

    /// <summary>Serves; everybody may do everything unless the configuration says otherwise.</summary>
    public static async Task<TestServer> StartAsync(
        Action<MaaSServingOptions> configure, bool isOpen = true, string url = "http://127.0.0.1:0",
        Action<WebApplicationBuilder>? builder = null)
        => new(await ServingHost.StartAsync(
            o =>
            {
                o.Defaults.IntraOpThreads = 1;
                if (isOpen)
                {
                    ((List<string>)o.Security.AnonymousScopes).AddRange(ServingScopes.Names);
                }

                configure(o);
            },
            url,
            b =>
            {
                b.Logging.ClearProviders();
                builder?.Invoke(b);
            }));

    public IServiceProvider Services => _host.Services;

    public Uri AdminAddress => _host.AdminAddress!;

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
        => await ReadAsync(await _client.GetAsync(new Uri(path, UriKind.Relative)), expected);

    public async Task<JsonElement> PostAsync(string path, string json, HttpStatusCode expected = HttpStatusCode.OK)
        => Parse(await PostTextAsync(path, json, expected));

    /// <summary>Posts and gives the error's text.</summary>
    public async Task<string> ErrorAsync(string path, string json, HttpStatusCode expected = HttpStatusCode.BadRequest)
        => (await PostAsync(path, json, expected)).GetProperty("error").GetString()!;

    public async Task<string> PostTextAsync(string path, string json, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.That(response.StatusCode, Is.EqualTo(expected), text);
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
            return Parse(text);
        }
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
