using System.Net.Http.Headers;
using MaaS.Gateway.Security;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace MaaS.Gateway.Forwarding;

/// <summary>Passes everything on, and says for whom and how the request came. Credentials go on as they are, unless the
/// gateway has checked them: then its own token takes their place.</summary>
internal sealed class GatewayTransformer : HttpTransformer
{
    public static GatewayTransformer Instance { get; } = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken)
            .ConfigureAwait(false);
        // The server checks its own host name; the client's own claims of who it came from are not believed.
        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Remove("X-Forwarded-For");
        proxyRequest.Headers.TryAddWithoutValidation(
            "X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        proxyRequest.Headers.Remove("X-Forwarded-Proto");
        proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        proxyRequest.Headers.Remove("X-Forwarded-Host");
        proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.Value);
        if (httpContext.Features.Get<CallerToken>() is { } token)
        {
            proxyRequest.Headers.Remove(HeaderNames.Authorization);
            proxyRequest.Headers.Remove(HeaderNames.Cookie);
            proxyRequest.Headers.Remove(ApiKeyCredential.Header);
            proxyRequest.Headers.Authorization = token.Value is null ? null
                : new AuthenticationHeaderValue("Bearer", token.Value);
        }
    }
}
