using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MaaS.Serving;

/// <summary>Addresses to listen on, as <c>http://0.0.0.0:8080</c>.</summary>
internal static class ListenAddress
{
    public const string Rule = "an address as http://127.0.0.1:8081";

    /// <summary>Whether a text is an address without a path.</summary>
    public static bool IsValid(string url)
    {
        try
        {
            return BindingAddress.Parse(
                url) is
            {
                IsUnixPipe: false, IsNamedPipe: false, PathBase: "", Scheme: "http" or "https",
                Port: >= 0 and <= 65535
            };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="url">
    /// An address that <see cref="IsValid"/>; a host name other than localhost stands for every address.
    /// </param>
    /// <param name="protocols">What is spoken there; null for HTTP/1.1, and with TLS HTTP/2 as well.</param>
    public static void Listen(this KestrelServerOptions kestrel, string url, HttpProtocols? protocols = null)
    {
        var address = BindingAddress.Parse(url);
        void Configure(ListenOptions listen)
        {
            if (protocols is { } chosen)
            {
                // Even the default, once it is said, makes Kestrel warn that HTTP/2 asks for TLS.
                listen.Protocols = chosen;
            }

            if (address.Scheme == "https")
            {
                listen.UseHttps();
            }
        }

        if (IPAddress.TryParse(address.Host, out var ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else if (address.Host == "localhost")
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Configure);
        }
    }
}
