using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace MaaS.Registry.Exchange;

/// <summary>Answers a registry's challenge: Basic, or Bearer with a token of the realm that it names (distribution's
/// token authentication).</summary>
internal sealed partial class RegistryAuthentication(
    HttpClient client, string host, bool isEncrypted, bool isLoopback, RegistryLogin? login)
{
    private const int MostTokenBytes = 1 << 20;

    /// <summary>The header that meets a challenge; null where there is no login that could.</summary>
    /// <exception cref="InvalidDataException">The challenge asks for what is not safe: the registry, or the realm of
    /// its tokens, is another machine without TLS.</exception>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        HttpResponseMessage response, string scope, CancellationToken cancellationToken)
    {
        foreach (var challenge in response.Headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                ThrowIfOpen(isEncrypted, isLoopback, host);   // Who answers in its place names the realm.
                return await TokenAsync(challenge.Parameter ?? "", scope, cancellationToken).ConfigureAwait(false);
            }

            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && login is not null)
            {
                ThrowIfOpen(isEncrypted, isLoopback, host);
                return Basic(login);
            }
        }

        return null;
    }

    private async Task<AuthenticationHeaderValue> TokenAsync(
        string parameters, string scope, CancellationToken cancellationToken)
    {
        var values = Parameter().Matches(parameters)
            .GroupBy(static m => m.Groups[1].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => g.Last().Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        if (!Uri.TryCreate(values.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
            || (realm.Scheme != Uri.UriSchemeHttps && (isEncrypted || realm.Scheme != Uri.UriSchemeHttp)))
        {
            throw new InvalidDataException(
                $"{host}: expected the address of its tokens over TLS, got '{values.GetValueOrDefault("realm")}'.");
        }

        var query = string.Join('&', scope.Split(' ').Select(static s => $"scope={Uri.EscapeDataString(s)}"))
            + (values.TryGetValue("service", out var service) ? $"&service={Uri.EscapeDataString(service)}" : "");
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new UriBuilder(realm) { Query = $"{realm.Query.TrimStart('?')}&{query}".TrimStart('&') }.Uri);
        ThrowIfOpen(realm.Scheme == Uri.UriSchemeHttps, realm.IsLoopback, realm.Authority);
        if (login is not null)
        {
            request.Headers.Authorization = Basic(login);
        }

        using var response = await client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new UnauthorizedAccessException(
                $"{host}: its tokens at {realm.Authority} are refused ({(int)response.StatusCode})"
                    + $"{(login is null ? "" : $" to {login.User}")}; log in: maas login {host}.");
        }

        var token = OciJson.Read<TokenAnswer>(
            realm.Authority,
            await LimitedContent.ReadAsync(response, MostTokenBytes, cancellationToken).ConfigureAwait(false));
        return new AuthenticationHeaderValue(
            "Bearer",
            token.Token ?? token.AccessToken
                ?? throw new InvalidDataException($"{realm.Authority}: expected a token, got none."));
    }

    private static void ThrowIfOpen(bool isEncrypted, bool isLoopback, string host)
    {
        if (!isEncrypted && !isLoopback)
        {
            throw new InvalidDataException(
                $"{host}: expected TLS to send a password or a token to another machine, got plain HTTP; leave "
                    + "--plain-http out.");
        }
    }

    private static AuthenticationHeaderValue Basic(RegistryLogin login)
        => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));

    [GeneratedRegex("""([A-Za-z]+)="([^"]*)""")]
    private static partial Regex Parameter();

    // One of the two is there.
    private sealed record TokenAnswer
    {
        public string? Token { get; init; }

        [JsonPropertyName("access_token")]
        public string? AccessToken { get; init; }
    }
}
