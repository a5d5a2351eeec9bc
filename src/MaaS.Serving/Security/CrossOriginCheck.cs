using System.Collections.Frozen;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Refuses what a page of another origin makes a browser send: no answer has to be readable to unload a model. Clients
/// that are no browsers send neither <c>Origin</c> nor <c>Sec-Fetch-Site</c>, and every browser sends one of them with
/// what is no GET.
/// </summary>
/// <remarks>
/// The order of the tests is that of Go's <c>http.CrossOriginProtection</c>; simple requests are those of the Fetch
/// standard.
/// </remarks>
internal sealed class CrossOriginCheck(IOptions<MaaSServingOptions> options)
{
    private const string FetchSite = "Sec-Fetch-Site";

    private static readonly string[] SimpleTypes =
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    private readonly FrozenSet<string> _allowed = options.Value.Security.AllowedOrigins.ToFrozenSet(
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Looks at a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">What its endpoint asks for: those that change something are looked at twice.</param>
    /// <returns>403 or 415 and why; null where it may go on.</returns>
    public Failure? Refusal(HttpContext context, ServingScope scope)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method))
        {
            return null;
        }

        var origin = request.Headers.Origin.ToString();
        if (!IsAcceptable(request, origin))
        {
            return new Failure(
                FaultKind.PermissionDenied,
                $"expected a page of this server or one of {nameof(SecurityOptions.AllowedOrigins)}, got a request "
                    + $"of '{(origin.Length > 0 ? origin : "another site")}'");
        }

        return scope == ServingScope.Admin && HttpMethods.IsPost(request.Method) && IsSimple(request, origin)
            ? new Failure(
                FaultKind.UnsupportedEncoding,
                "expected Content-Type: application/json or the header X-Requested-With where something is changed, "
                    + $"got '{request.ContentType}', which any page may send")
            : null;
    }

    private bool IsAcceptable(HttpRequest request, string origin)
    {
        if (origin.Length > 0 && _allowed.Contains(origin))
        {
            return true;
        }

        if (request.Headers.TryGetValue(FetchSite, out var site))
        {
            return site.ToString() is "same-origin" or "none";
        }

        var scheme = origin.IndexOf("://", StringComparison.Ordinal);
        return origin.Length == 0
            || (
                scheme > 0
                    && origin.AsSpan(scheme + 3).Equals(
                        request.Headers.Host.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a browser sends it to any server without asking that server first.</summary>
    private static bool IsSimple(HttpRequest request, string origin)
    {
        var headers = request.Headers;
        if (headers.ContainsKey(ApiKeyCredential.Header) || headers.ContainsKey("X-Requested-With")
            || headers.Authorization.Count > 0)
        {
            return false;
        }

        // Without a body there is no type: then it is simple where a browser sends it.
        return request.ContentType is not { Length: > 0 } type
            ? origin.Length > 0 || headers.ContainsKey(FetchSite) || headers.Referer.Count > 0
                || headers.UserAgent.ToString().StartsWith("Mozilla/", StringComparison.OrdinalIgnoreCase)
            : SimpleTypes.Contains(type.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);
    }
}
