using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Page;

public sealed partial class PageEndpointsTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("linear");

    [OneTimeTearDown]
    public void RemoveFolder() => _models.Dispose();

    private Task<TestServer> ServeAsync(Action<MaaSServingOptions>? configure = null, bool isOpen = true)
        => TestServer.StartAsync(
        o =>
        {
            o.ModelsPath = _models.Path;
            configure?.Invoke(o);
        },
        isOpen);

    [GeneratedRegex("""(?:src|href)="([^"#]+)"|from '([^']+)'""")]
    private static partial Regex Reference();

    [Test]
    public async Task Get_Root_IsThePageUnderAStrictPolicy()
    {
        await using var server = await ServeAsync();

        using var response = await server.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/html; charset=utf-8"));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single().Split("; ");
        Assert.That(
            policy,
            Does.Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("frame-ancestors 'none'")
                .And.Contain("require-trusted-types-for 'script'"));
        Assert.That(policy, Has.None.Contains("unsafe").And.None.Contains("http"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
    }

    [Test]
    public async Task Get_EverythingThePageRefersTo_IsThereAndOfTheServer()
    {
        await using var server = await ServeAsync();
        var root = server.Address;
        var seen = new HashSet<Uri> { root };
        var open = new Queue<Uri>(seen);
        while (open.TryDequeue(out var address))
        {
            using var response = await server.Client.GetAsync(address);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), address.ToString());
            var text = await response.Content.ReadAsStringAsync();
            foreach (Match match in address.AbsolutePath.EndsWith(".iife.min.js", StringComparison.Ordinal)
                ? [] : Reference().Matches(text).AsEnumerable())
            {
                var target = new Uri(address, match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value);
                Assert.That(target.Authority, Is.EqualTo(root.Authority), $"{address} refers to {target}");
                if (seen.Add(target))
                {
                    open.Enqueue(target);
                }
            }
        }

        Assert.That(
            seen.Select(a => a.AbsolutePath),
            Is.SupersetOf(
                new[]
                {
                    "/page/page.js", "/page/charts.js", "/page/page.css", "/page/uPlot.iife.min.js",
                    "/page/uPlot.min.css", "/page/uPlot.LICENSE.txt", "/openapi/v1.json",
                }));
    }

    [Test]
    public void Files_Sources_NeverTurnTextIntoMarkupOrCode()
    {
        var assembly = typeof(MaaSServingOptions).Assembly;
        var sources = assembly.GetManifestResourceNames()
            .Where(
                n => n.StartsWith("page/", StringComparison.Ordinal) && !n.Contains("uPlot", StringComparison.Ordinal))
                    .ToList();
        Assert.That(sources, Has.Count.GreaterThan(10));
        foreach (var source in sources)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(source)!);
            Assert.That(
                reader.ReadToEnd(),
                Does.Not.Match(
                    @"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|<script>|<style|\sstyle=|\son\w+=""|localStorage|document\.cookie"),
                source);
        }
    }

    [Test]
    public async Task Get_WithTheETagOfBefore_Is304()
    {
        await using var server = await ServeAsync();
        foreach (var path in new[] { "/", "/page/page.js" })
        {
            using var first = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var second = await server.Client.SendAsync(request);
            using var other = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\"", isWeak: true));
            using var third = await server.Client.SendAsync(other);

            Assert.That(first.Headers.CacheControl!.NoCache, path);
            Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.NotModified), path);
            Assert.That(await second.Content.ReadAsByteArrayAsync(), Is.Empty, path);
            Assert.That(third.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
        }
    }

    [Test]
    public async Task Head_Root_HasTheLengthAndNoBody()
    {
        await using var server = await ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri("/", UriKind.Relative));

        using var response = await server.Client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentLength, Is.GreaterThan(1000));
    }

    [Test]
    public async Task Get_UnderAPrefix_LeadsToItsFolder()
    {
        await using var server = await EmbeddedServer.StartAsync(_models.Path, "/models");

        using var bare = await server.Client.GetAsync(new Uri("/models?a=b", UriKind.Relative));
        using var folder = await server.Client.GetAsync(new Uri("/models/", UriKind.Relative));
        using var script = await server.Client.GetAsync(new Uri("/models/page/page.js", UriKind.Relative));

        Assert.That(bare.StatusCode, Is.EqualTo(HttpStatusCode.Found));
        Assert.That(
            new Uri(new Uri(server.Address, "/models?a=b"), bare.Headers.Location!),
            Is.EqualTo(new Uri(server.Address, "/models/?a=b")));
        Assert.That((folder.StatusCode, script.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(
            await folder.Content.ReadAsStringAsync(), Does.Not.Match("(src|href)=\"/"), "addresses are relative");
    }

    [Test]
    public async Task Get_Root_OfAnApplicationWithAPageOfItsOwn_IsThat()
    {
        await using var server = await EmbeddedServer.StartAsync(
            _models.Path, "", app => app.MapGet("/", () => "mine"));

        Assert.That(await server.Client.GetStringAsync(new Uri("/", UriKind.Relative)), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Get_PageSwitchedOff_Is404()
    {
        await using var server = await ServeAsync(o => o.Page = false);

        foreach (var path in new[] { "/", "/page/page.js", "/page/overview", "/page/models/linear" })
        {
            // OPTIONS / is TorchServe's, so that the root is there for other methods alone.
            var expected = path == "/" ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.NotFound;
            Assert.That(await server.StatusAsync(HttpMethod.Get, path), Is.EqualTo(expected), path);
        }
    }

    [Test]
    public void Start_PageNeitherTrueNorFalse_SaysSo()
        => Assert.That(
            () => TestServer.StartAsync(
                o => o.ModelsPath = _models.Path,
                builder: b =>
                    b.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MaaS:Page"] = "maybe" })),
            Throws.TypeOf<OptionsValidationException>()
                .With.Message.Contains("MaaS:Page: expected true or false, got 'maybe'"));

    [Test]
    public async Task Get_WithKeys_PageIsOpenAndSaysSo_DataIsNot()
    {
        var (key, stored) = ApiKey.Create("monitor", ["read"]);
        await using var server = await ServeAsync(o => o.Security.ApiKeys.Add(stored), isOpen: false);
        await using var open = await ServeAsync();

        Assert.That(
            await server.Client.GetStringAsync(new Uri("/", UriKind.Relative)),
            Does.Contain("""name="maas-key" content="needed">"""));
        Assert.That(
            await open.Client.GetStringAsync(new Uri("/", UriKind.Relative)),
            Does.Contain("""name="maas-key" content="optional">"""));
        foreach (var path in new[] { "/page/overview", "/page/models/linear" })
        {
            Assert.That(await server.StatusAsync(HttpMethod.Get, path), Is.EqualTo(HttpStatusCode.Unauthorized), path);
            Assert.That(await server.StatusAsync(HttpMethod.Get, path, key), Is.EqualTo(HttpStatusCode.OK), path);
        }
    }
}
