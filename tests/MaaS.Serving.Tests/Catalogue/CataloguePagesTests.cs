using System.Net;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>Pages and sign-in as a browser's requests make them.</summary>
public sealed class CataloguePagesTests
{
    private CatalogueServer _catalogue = null!;

    [OneTimeSetUp]
    public async Task StartServer() => _catalogue = await CatalogueServer.StartAsync(withKeys: true);

    [OneTimeTearDown]
    public async Task StopServer() => await _catalogue.DisposeAsync();

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields)
        => new(fields.Select(static f => new KeyValuePair<string, string>(f.Name, f.Value)));

    private async Task<string> SignInAsync(string key)
    {
        using var form = Form(("key", _catalogue.Key(key)), ("to", "catalogue/view/linear/2"));
        var (status, _, headers) = await _catalogue.AskAsync("POST", "/catalogue/session", body: form);
        Assert.That(status, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(headers.Location!.ToString(), Is.EqualTo("../catalogue/view/linear/2"));
        var cookie = headers.GetValues("Set-Cookie").Single();
        Assert.That(
            cookie.ToLowerInvariant(),
            Does.Contain("httponly").And.Contain("samesite=strict").And.Not.Contain("path=")
                .And.Not.Contain("expires"));
        return cookie.Split(';')[0];
    }

    [Test]
    public async Task Get_Page_WithoutAKey_AsksForOneInHtml_AndInJsonForPrograms()
    {
        var (status, html, headers) = await _catalogue.AskAsync("GET", "/catalogue/view/linear/2", accept: "text/html");
        var (other, json, _) = await _catalogue.AskAsync("GET", "/catalogue/view/linear/2");

        Assert.That((status, other), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)));
        Assert.That(
            html, Does.Contain("action=\"catalogue/session\"").And.Contain("value=\"catalogue/view/linear/2\""));
        Assert.That(html, Does.Contain("<base href=\"../../../\">").And.Not.Contain("accuracy"));
        Assert.That(headers.GetValues("Content-Security-Policy").Single(), Does.Not.Contain("unsafe"));
        Assert.That(json, Does.StartWith("{\"error\""));
    }

    [Test]
    public async Task SignIn_RightKey_OpensThePages_AndWhatItMayNotStaysClosed()
    {
        var cookie = await SignInAsync("reader");

        var page = await _catalogue.AskAsync("GET", "/catalogue/view/linear/2", accept: "text/html", cookie: cookie);
        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            page.Text, Does.Contain("Request access").And.Contain("reader").And.Not.Contain("Who may download"));
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/access", cookie: cookie)).Status,
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            (await _catalogue.AskAsync("GET", "/v2/models/linear", cookie: cookie)).Status,
            Is.EqualTo(HttpStatusCode.Unauthorized), "the cookie is for the catalogue alone");
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/models", "maas_000000000000_guess", cookie: cookie)).Status,
            Is.EqualTo(HttpStatusCode.Unauthorized), "a key in a header goes before the cookie");

        using var ask = Form(("reason", "to compare"));
        var asked = await _catalogue.AskAsync("POST", "/catalogue/models/linear/requests", body: ask, cookie: cookie);
        Assert.That(asked.Status, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/view/linear", accept: "text/html", cookie: cookie)).Text,
            Does.Contain("nobody has decided yet"));
        Assert.That(
            (await _catalogue.AskAsync(
                "GET", "/catalogue/view/linear", accept: "text/html", cookie: await SignInAsync("admin"))).Text,
            Does.Contain("Who may download").And.Contain("to compare"));
    }

    [TestCase("/catalogue")]
    [TestCase("/catalogue/view/linear/2")]
    public async Task SignIn_WrongKey_IsSaidByTheNextPage_WhichForgetsIt(string page)
    {
        var (status, html, headers) = await _catalogue.AskAsync(
            "GET", page, accept: "text/html", cookie: "maas-catalogue-key=maas_000000000000_guess");

        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(html, Does.Contain("the API key is not known"));
        Assert.That(
            headers.GetValues("Set-Cookie").Single(),
            Does.Contain("expires=Thu, 01 Jan 1970").And.Contain("path=/catalogue;"));
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("catalogue/../../evil")]
    public async Task SignIn_ToAnotherPlace_LeadsToTheCatalogue(string to)
    {
        using var form = Form(("key", ""), ("to", to));

        var (_, _, headers) = await _catalogue.AskAsync("POST", "/catalogue/session", body: form);

        Assert.That(headers.Location!.ToString(), Is.EqualTo("../catalogue"));
    }

    [Test]
    public async Task SignIn_NoKeyAtAll_IsRefused()
    {
        using var form = Form(("key", "a; path=/"));

        Assert.That(
            (await _catalogue.AskAsync("POST", "/catalogue/session", body: form)).Status,
            Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Decide_ByAFormOfABrowser_IsRefused()
    {
        var cookie = await SignInAsync("admin");
        using var form = Form(("who", "reader"), ("granted", "true"));

        Assert.That(
            (await _catalogue.AskAsync("POST", "/catalogue/models/linear/access", body: form, cookie: cookie)).Status,
            Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task Get_Card_HasNoMarkupAndNoScriptOfItsOwn()
    {
        var html = (await _catalogue.AskAsync("GET", "/catalogue/view/linear/2", "reader", accept: "text/html")).Text;

        Assert.That(html, Does.Contain("<strong>four</strong>").And.Contain("&lt;script&gt;alert(1)&lt;/script&gt;"));
        Assert.That(
            html, Does.Not.Contain("javascript:").And.Not.Contain("<img src=\"https").And.Not.Contain("style="));
        Assert.That(html, Does.Contain("<h3").And.Contain("href=\"https://example.org/\""));
    }

    [Test]
    public async Task Get_PagesUnderAPrefix_ReferBelowIt()
    {
        using var folder = new MaaS.Tests.TemporaryFolder();
        await using var server = await Page.EmbeddedServer.StartAsync(
            folder["copies"], "/catalogue", configure: o => o.Registry = $"sqlite:{folder["registry.db"]}");

        var html = await server.Client.GetStringAsync(new Uri("/catalogue/catalogue?q=x", UriKind.Relative));

        Assert.That(html, Does.Contain("<base href=\"./\">").And.Contain("0 of 0 models"));
    }
}
