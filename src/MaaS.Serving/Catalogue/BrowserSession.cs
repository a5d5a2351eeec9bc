using System.Text.RegularExpressions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Catalogue;

/// <summary>The key of a person in a browser: a cookie for the catalogue's addresses alone, which no script reads and
/// which no other site's page sends. What it is worth is decided anew with each request, as if it stood in a header.
/// </summary>
internal sealed partial class BrowserSession : IBrowserEndpoint
{
    private const string Cookie = "maas-catalogue-key";
    private const int MostBytes = 3000, MostFormBytes = 1 << 14;

    public void ReadKey(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey(ApiKeyCredential.Header) || headers.Authorization.Count > 0
            || context.Request.Cookies[Cookie] is not { } key)
        {
            return;
        }

        headers.Authorization = $"Bearer {key}";
    }

    public async ValueTask<bool> TryRefuseAsync(HttpContext context, Failure failure)
    {
        if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            return false;
        }

        if (failure.Kind == FaultKind.Unauthenticated && context.Request.Cookies.ContainsKey(Cookie))
        {
            // Pages lie in other folders than the address that has set it. Behind a proxy that cuts a prefix off, the
            // cookie stays until the browser is closed, and opens nothing.
            context.Response.Cookies.Delete(
                Cookie, Options(context, CatalogueAddress.Server(context).AbsolutePath.TrimEnd('/')
                    + CatalogueAddress.Root));
        }

        await CataloguePage.WriteFailureAsync(context, failure).ConfigureAwait(false);
        return true;
    }

    /// <summary><c>POST /catalogue/session</c>: keeps the form's <c>key</c>, or forgets the key where the form has
    /// none, and leads back to the page <c>to</c>.</summary>
    /// <exception cref="RequestException">415: no form. 400: what came is no key.</exception>
    public static async Task PostAsync(HttpContext context)
    {
        var form = await ReadFormAsync(context).ConfigureAwait(false);
        var key = form["key"].ToString().Trim();
        if (key.Length == 0)
        {
            Forget(context);
        }
        else if (key.Length <= MostBytes && Key().IsMatch(key))
        {
            context.Response.Cookies.Append(Cookie, key, Options(context));
        }
        else
        {
            throw RequestException.BadRequest(
                $"expected a key or bearer token of up to {MostBytes} letters, digits and . _ ~ + / = -");
        }

        var to = form["to"].ToString();
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = CatalogueAddress.Base(context)
            + (Page().IsMatch(to) ? to : "catalogue");
    }

    /// <summary>Reads a small form.</summary>
    /// <exception cref="RequestException">415: something else came. 413: it is large.</exception>
    public static async Task<IFormCollection> ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            throw new RequestException(
                FaultKind.UnsupportedEncoding,
                $"expected application/x-www-form-urlencoded, got '{context.Request.ContentType}'");
        }

        return context.Request.ContentLength is > MostFormBytes or null
            ? throw RequestException.TooLarge(MostFormBytes)
            : await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void Forget(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context));

    // Without a path of its own the cookie is for the folder of the address that sets it, as the browser sees it.
    private static CookieOptions Options(HttpContext context, string? path = null) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = path,
        IsEssential = true,
    };

    [GeneratedRegex(@"\A[A-Za-z0-9._~+/=-]+\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"\Acatalogue(/view/[A-Za-z0-9_-][A-Za-z0-9._-]*(/[0-9]+)?)?\z")]
    private static partial Regex Page();
}
