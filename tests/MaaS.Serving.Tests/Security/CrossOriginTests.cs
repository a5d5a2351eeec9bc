using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Security;

/// <summary>Requests as browsers send them for pages of other origins, and for names that were made to lead
/// here.</summary>
public sealed class CrossOriginTests
{
    private const string Unload = "/v2/repository/models/same/unload", Load =
        "/v2/repository/models/same/load", Predict = "/v1/models/same:predict";

    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() => _server = await ServeAsync();

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private Task<TestServer> ServeAsync(Action<SecurityOptions>? configure = null) => TestServer.StartAsync(
        o =>
        {
            (o.ModelsPath, o.Security.AdminUrl) = (_models.Path, "http://127.0.0.1:0");
            configure?.Invoke(o.Security);
        },
        isOpen: false);

    /// <summary>Sends a request's head and body as they are: no client of .NET sends what a browser sends.</summary>
    private static async Task<int> SendAsync(Uri server, string method, string path, string[] headers, string body = "")
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        var host = headers.Any(h => h.StartsWith("Host:", StringComparison.Ordinal))
            ? [] : new[] { $"Host: 127.0.0.1:{server.Port}" };
        var text = string.Concat(
            [$"{method} {path} HTTP/1.1\r\n", .. host.Concat(headers).Select(h => h + "\r\n"),
             $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"]);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(socket.GetStream());
        return int.Parse((await reader.ReadLineAsync())!.Split(' ')[1], null);
    }

    private Task<int> AdminAsync(string path, params string[] headers)
        => SendAsync(_server.AdminAddress, "POST", path, headers);

    [TestCase("Origin: https://evil.example", ExpectedResult = 403)]
    [TestCase("Origin: null", ExpectedResult = 403)]
    [TestCase("Origin: http://127.0.0.1:1", ExpectedResult = 403)]
    [TestCase("Sec-Fetch-Site: cross-site", ExpectedResult = 403)]
    [TestCase("Sec-Fetch-Site: same-site", ExpectedResult = 403)]
    [TestCase("Sec-Fetch-Site: cross-site|Content-Type: application/json|X-Requested-With: x", ExpectedResult = 403)]
    [TestCase("Content-Type: text/plain", ExpectedResult = 415)]
    [TestCase("Content-Type: TEXT/PLAIN; charset=utf-8", ExpectedResult = 415)]
    [TestCase("Content-Type: application/x-www-form-urlencoded", ExpectedResult = 415)]
    [TestCase("Content-Type: multipart/form-data; boundary=b", ExpectedResult = 415)]
    [TestCase("Referer: https://evil.example/", ExpectedResult = 415)]
    [TestCase("User-Agent: Mozilla/5.0", ExpectedResult = 415)]
    [TestCase("Sec-Fetch-Site: same-origin", ExpectedResult = 415)]
    [TestCase("Sec-Fetch-Site: same-origin|Content-Type: application/json", ExpectedResult = 200)]
    [TestCase("User-Agent: Mozilla/5.0|X-Requested-With: script", ExpectedResult = 200)]
    [TestCase("Content-Type: text/plain|X-Requested-With: script", ExpectedResult = 200)]
    [TestCase("Content-Type: application/json", ExpectedResult = 200)]
    [TestCase("User-Agent: curl/8.5.0", ExpectedResult = 200)]
    public Task<int> Change_OfABrowserOrNot(string headers) => AdminAsync(Load, headers.Split('|'));

    [Test]
    public async Task Change_OfAForeignPage_ChangesNothing()
    {
        foreach (var headers in new[]
        {
            new[] { "Origin: https://evil.example", "Content-Type: text/plain" }, ["User-Agent: Mozilla/5.0"],
            ["Host: evil.example"],
        })
        {
            Assert.That(await AdminAsync(Unload, headers), Is.AnyOf(400, 403, 415), string.Join(", ", headers));
        }

        Assert.That((await _server.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("Origin: https://evil.example", ExpectedResult = 403)]
    [TestCase("Sec-Fetch-Site: cross-site", ExpectedResult = 403)]
    [TestCase(
        "Content-Type: application/x-www-form-urlencoded", ExpectedResult = 200, Description = "as curl -d sends it")]
    [TestCase("Sec-Fetch-Site: same-origin|Origin: https://behind.a.proxy.example", ExpectedResult = 200)]
    public Task<int> Prediction_OfABrowserOrNot(string headers)
        => SendAsync(_server.Address, "POST", Predict, headers.Split('|'), SecuredServer.Instance);

    [Test]
    public async Task Origin_OfTheServersOwnPageOrAnAllowedOne_IsTaken()
    {
        await using var server = await ServeAsync(o => o.AllowedOrigins.Add("https://shop.example"));
        foreach (var origin in new[] { "https://shop.example", $"http://127.0.0.1:{server.Address.Port}" })
        {
            Assert.That(
                await SendAsync(server.Address, "POST", Predict, [$"Origin: {origin}"], SecuredServer.Instance),
                Is.EqualTo(200), origin);
        }

        Assert.That(
            await SendAsync(
                server.Address, "POST", Predict, ["Origin: https://shop.example.evil"], SecuredServer.Instance),
                Is.EqualTo(403));
    }

    [TestCase("localhost", ExpectedResult = 200)]
    [TestCase("LOCALHOST:8080", ExpectedResult = 200)]
    [TestCase("maas.localhost:1", ExpectedResult = 200)]
    [TestCase("127.0.0.1:99", ExpectedResult = 200)]
    [TestCase("10.1.2.3", ExpectedResult = 200)]
    [TestCase("[::1]:8080", ExpectedResult = 200)]
    [TestCase("evil.example", ExpectedResult = 400)]
    [TestCase("evil.example:8080", ExpectedResult = 400)]
    [TestCase("127.0.0.1.evil.example", ExpectedResult = 400)]
    [TestCase("localhost.evil.example", ExpectedResult = 400)]
    [TestCase("evil-localhost", ExpectedResult = 400)]
    [TestCase("[evil]", ExpectedResult = 400)]
    public async Task<int> Host_ByDefault(string host)
    {
        var statuses = new HashSet<int>();
        foreach (var (server, method, path) in new[]
        {
            (_server.Address, "GET", "/v2"), (_server.Address, "GET", "/page/overview"), (_server.Address, "GET", "/"),
            (_server.Address, "GET", "/healthz"),
            (_server.AdminAddress, "POST", Load), (_server.AdminAddress, "GET", "/v2/models/stats"),
        })
        {
            statuses.Add(await SendAsync(server, method, path, [$"Host: {host}"]));
        }

        return statuses.Single();
    }

    [Test]
    public async Task Host_ThatIsConfigured_IsAnswered_AndAnyIsNoNameOfTheAdministration()
    {
        await using var named = await ServeAsync(o =>
        {
            o.AllowedHosts.Add("models.example.org");
            o.AllowedHosts.Add("*.maas.svc");
        });
        await using var any = await ServeAsync(o => o.AllowedHosts.Add("*"));
        async Task<int[]> AskAsync(TestServer server, string host)
            => [await SendAsync(server.Address, "GET", "/v2", [$"Host: {host}"]), await SendAsync(
                server.AdminAddress, "GET", "/v2", [$"Host: {host}"])];

        Assert.That(await AskAsync(named, "models.example.org:443"), Is.EqualTo(new[] { 200, 200 }));
        Assert.That(await AskAsync(named, "a.maas.svc"), Is.EqualTo(new[] { 200, 200 }));
        Assert.That(await AskAsync(named, "maas.svc"), Is.EqualTo(new[] { 400, 400 }));
        Assert.That(await AskAsync(named, "evil.example"), Is.EqualTo(new[] { 400, 400 }));
        Assert.That(await AskAsync(any, "evil.example"), Is.EqualTo(new[] { 200, 400 }));
        Assert.That(await AskAsync(any, "localhost"), Is.EqualTo(new[] { 200, 200 }));
    }

    [Test]
    public async Task Host_ThatTheServerListensOn_IsAnswered()
    {
        await using var host = await ServingHost.StartAsync(o => o.ModelsPath = _models.Path, "http://some-name:0");

        Assert.That(await SendAsync(host.Address, "GET", "/v2", ["Host: some-name"]), Is.EqualTo(200));
        Assert.That(await SendAsync(host.Address, "GET", "/v2", ["Host: another-name"]), Is.EqualTo(400));
    }

    [TestCase("https://models.example.org")]
    [TestCase("models.example.org:8080")]
    [TestCase("a b")]
    public void Start_HostThatIsNoName_SaysSo(string host)
        => Assert.That(
            async () => await ServeAsync(o => o.AllowedHosts.Add(host)),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("AllowedHosts"));
}
