using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace MaaS.Registry.Exchange;

/// <summary>HTTP to one registry: TLS, logins, repeated attempts, and refusals in the registry's own words.</summary>
internal sealed class RegistryConnection : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> _authorizations = new();
    private readonly RegistryAuthentication _authentication;
    private readonly ExchangeOptions _options;
    private readonly HttpClient _client;
    private readonly Uri _root;

    public RegistryConnection(OciReference reference, ExchangeOptions options, RegistryLogin? login = null)
    {
        (Host, _options) = (reference.Host, options);
        _root = new Uri($"{(options.PlainHttp ? "http" : "https")}://{reference.Host}");
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (options.AuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        _client = new HttpClient(new TimedContentHandler(handler, options.Timeout)) { Timeout = options.Timeout };
        _authentication = new RegistryAuthentication(
            _client, Host, !options.PlainHttp, reference.IsLoopback, login ?? options.Logins.Find(Host));
    }

    public string Host { get; }

    /// <summary>Whether the registry has asked who one is, and taken the answer.</summary>
    public bool WasAsked => !_authorizations.IsEmpty;

    /// <summary>Sends a request, again where the registry or the network fails.</summary>
    /// <param name="path">Of the registry, or a whole address.</param>
    /// <param name="scope">What a token is asked for: <c>repository:NAME:pull</c>.</param>
    /// <param name="create">Makes the request anew for every attempt.</param>
    /// <param name="attempts">How often; 1 where the caller knows how to go on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer, whatever its status, its head read.</returns>
    /// <exception cref="IOException">No attempt got an answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        string path, string scope, Func<Uri, HttpRequestMessage> create, int? attempts,
        CancellationToken cancellationToken)
    {
        var address = new Uri(_root, path);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await AuthorizedAsync(address, scope, create, cancellationToken).ConfigureAwait(false);
                if (attempt >= (attempts ?? _options.Attempts) || !IsTransient(response.StatusCode))
                {
                    return response;
                }

                response.Dispose();
            }
            catch (Exception e) when (IsNetwork(e, cancellationToken))
            {
                // A certificate that is not trusted is so at the next attempt too.
                if (attempt >= (attempts ?? _options.Attempts) || e.InnerException is AuthenticationException)
                {
                    throw new IOException($"{Host}: no answer after {attempt} attempts: {Innermost(e)}", e);
                }
            }

            await Task.Delay(FirstWait * (1 << Math.Min(attempt - 1, 6)), _options.Clock, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Waits before a caller's own next attempt.</summary>
    public Task WaitAsync(int attempt, CancellationToken cancellationToken)
        => Task.Delay(FirstWait * (1 << Math.Min(attempt - 1, 6)), _options.Clock, cancellationToken);

    /// <summary>Whether a failure is the network's, after which another attempt may succeed.</summary>
    public static bool IsNetwork(Exception e, CancellationToken cancellationToken)
        => e is HttpRequestException or IOException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>The exception for an answer that is none of those expected, with what the registry said.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="what">What was asked for.</param>
    /// <param name="cancellationToken">Ends reading the answer.</param>
    public static async Task<Exception> RefusalAsync(
        HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        var body = await LimitedContent.ReadAsync(response, 1 << 16, cancellationToken).ConfigureAwait(false);
        var words = "";
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
            {
                words = string.Join("; ", errors.EnumerateArray().Select(
                    static e => $"{Text(e, "code")} {Text(e, "message")}".Trim()));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            words = "";   // Of a proxy, say: its status is all that can be told.
        }

        var host = response.RequestMessage?.RequestUri?.Authority;
        var text = $"{what}: {host} answered {(int)response.StatusCode} {response.StatusCode}"
            + (words.Length > 0 ? $" ({words})" : "");
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new UnauthorizedAccessException($"{text}; log in: maas login {host}."),
            HttpStatusCode.Forbidden => new UnauthorizedAccessException($"{text}; the account has no right to do it."),
            HttpStatusCode.NotFound => new KeyNotFoundException($"{text}."),
            _ => new IOException($"{text}."),
        };
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> AuthorizedAsync(
        Uri address, string scope, Func<Uri, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var isAnswered = false; ; isAnswered = true)
        {
            using var request = create(address);
            // Uploads may go to a storage of another name, which must not see passwords.
            if (IsRoot(address) && _authorizations.TryGetValue(scope, out var authorization))
            {
                request.Headers.Authorization = authorization;
            }

            var response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            // A redirect may have led elsewhere: whoever asks there, it is not the registry.
            if (response.StatusCode != HttpStatusCode.Unauthorized || isAnswered || !IsRoot(address)
                || response.RequestMessage?.RequestUri is not { } answered || !IsRoot(answered))
            {
                return response;
            }

            try
            {
                if (await _authentication.AnswerAsync(response, scope, cancellationToken).ConfigureAwait(false)
                    is not { } answer)
                {
                    return response;
                }

                _authorizations[scope] = answer;
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private bool IsRoot(Uri address) => address.Authority == _root.Authority && address.Scheme == _root.Scheme;

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static bool IsTransient(HttpStatusCode status)
        => status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError;

    private static string Innermost(Exception e) => e.InnerException is null ? e.Message : Innermost(e.InnerException);
}
