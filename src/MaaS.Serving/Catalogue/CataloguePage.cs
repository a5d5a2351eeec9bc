using System.Globalization;
using System.Text;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Catalogue;

/// <summary>What all pages of the catalogue have around them. They are made on the server; scripts, all of them the
/// server's own, add the box to try a model and the buttons of administrators.</summary>
internal static class CataloguePage
{
    // As the page's own policy, with forms to this server and addresses below its root.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; "
            + "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Answers with a page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="title">Of the window.</param>
    /// <param name="main">What the page is about.</param>
    /// <param name="status">HTTP status.</param>
    public static async Task WriteAsync(
        HttpContext context, string title, Html main, int status = StatusCodes.Status200OK)
    {
        var address = CatalogueAddress.Own(context);
        var name = EndpointGuard.Of(context).Name;
        var page = Html.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <base href="{CatalogueAddress.Base(context)}">
              <title>{title}</title>
              <link rel="icon" href="page/icon.svg" type="image/svg+xml">
              <link rel="stylesheet" href="page/page.css">
              <link rel="stylesheet" href="page/catalogue.css">
              <script src="page/catalogue.js" type="module"></script>
            </head>
            <body>
              <a class="skip" href="{address}#main">Skip to the content</a>
              <header class="top">
                <p class="brand">
                  <a href="catalogue"><img src="page/icon.svg" alt="" width="32" height="32">Catalogue</a>
                </p>
                <p class="facts"><a href="./">Server</a></p>
                {(name.Length > 0 ? SignOut(name, address) : Html.None)}
              </header>
              <main id="main" class="market" tabindex="-1">
              {main}
              </main>
            </body>
            </html>
            """);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";   // Without one a form's request would come of no origin.
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(page.Markup);
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers with a page that says why there is no other, and asks for a key where one would help.</summary>
    public static Task WriteFailureAsync(HttpContext context, Failure failure)
    {
        var asksForKey = failure.Kind == FaultKind.Unauthenticated;
        return WriteAsync(
            context, asksForKey ? "Sign in · MaaS" : "Not possible · MaaS",
            Html.Of(
                $"""
                <section class="card narrow">
                  <h1>{(asksForKey ? "Sign in" : "This is not possible")}</h1>
                  <p class="fault" role="alert">{failure.Message}</p>
                  {(asksForKey ? SignIn(context) : Html.None)}
                  <p><a href="catalogue">To the catalogue</a></p>
                </section>
                """),
            HttpStatus.Of(failure.Kind));
    }

    /// <summary>A number of bytes for people.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++)
        {
            bytes /= 1024;
        }

        return $"{Number(bytes)} {units[unit]}";
    }

    /// <summary>Three significant digits.</summary>
    public static string Number(double number) => number.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>A moment, in UTC.</summary>
    public static string Time(DateTimeOffset time)
        => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static Html SignIn(HttpContext context)
    {
        var name = context.Route("name");
        var version = context.Route("version");
        var to = name is null ? "catalogue" : version is null ? $"catalogue/view/{name}"
            : $"catalogue/view/{name}/{version}";
        return Html.Of(
            $"""
            <form id="sign-in" method="post" action="catalogue/session" class="stack" autocomplete="off">
              <input type="hidden" name="to" value="{to}">
              <label for="key">API key or bearer token</label>
              <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required>
              <p class="muted small">Kept in a cookie for the catalogue until the browser is closed.</p>
              <button type="submit">Sign in</button>
            </form>
            """);
    }

    private static Html SignOut(string name, string address) => Html.Of(
        $"""
        <form id="sign-out" method="post" action="catalogue/session" class="row tight">
          <input type="hidden" name="to" value="{address}">
          <span class="muted">{name}</span> <button type="submit" class="quiet small">Sign out</button>
        </form>
        """);
}
