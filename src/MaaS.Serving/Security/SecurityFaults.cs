using MaaS.Primitives.Hosts;

namespace MaaS.Serving.Security;

/// <summary>Checks the options of security, the files that they name among them.</summary>
internal static class SecurityFaults
{
    /// <summary>What is wrong with the options of security; empty where nothing is.</summary>
    public static IEnumerable<string> Faults(this SecurityOptions options, string where)
    {
        List<string> faults =
            [.. options.ApiKeys.SelectMany((key, i) => key.Faults($"{where}:{nameof(options.ApiKeys)}:{i}"))];
        faults.AddRange(ServingScopes.Faults(options.AnonymousScopes, $"{where}:{nameof(options.AnonymousScopes)}"));
        CheckFile(nameof(options.ApiKeyFile), options.ApiKeyFile, static path => Security.ApiKeyFile.Read(path));
        if (options.Jwt is not null)
        {
            JwtKeys.Read(options.Jwt, $"{where}:{nameof(options.Jwt)}", faults);
        }

        foreach (var (certificate, i) in options.ClientCertificates.Select((c, i) => (c, i)))
        {
            faults.AddRange(
                ServingScopes.Faults(certificate.Scopes, $"{where}:{nameof(options.ClientCertificates)}:{i}"));
            if (certificate.Subject.Length == 0
                || options.ClientCertificates.Count(c => c.Subject == certificate.Subject) > 1)
            {
                faults.Add(
                    $"{where}:{nameof(options.ClientCertificates)}:{i}: expected a subject that no other entry has, "
                        + $"got '{certificate.Subject}'");
            }
        }

        if (options.ClientCertificates.Count > 0 && options.ClientAuthorityFile is null)
        {
            faults.Add(
                $"{where}:{nameof(options.ClientAuthorityFile)}: expected the authorities of client certificates, "
                    + "got none");
        }

        if (options.ClientRevocationFile is not null && options.ClientAuthorityFile is null)
        {
            faults.Add(
                $"{where}:{nameof(options.ClientRevocationFile)}: expected {nameof(options.ClientAuthorityFile)} "
                    + "beside it, got none; nobody is asked for a certificate");
        }

        CheckFile(
            nameof(options.ClientAuthorityFile),
            options.ClientAuthorityFile,
            static path => ClientAuthority.Read(path));
        CheckFile(
            nameof(options.ClientRevocationFile),
            options.ClientRevocationFile,
            static path => RevocationList.ReadFile(path));

        if (options.AdminPort is < 1 or > 65535)
        {
            faults.Add($"{where}:{nameof(options.AdminPort)}: expected 1 to 65535, got {options.AdminPort}");
        }

        if (options.AdminUrl is { } admin && (!ListenAddress.IsValid(admin) || options.AdminPort is not null))
        {
            faults.Add(
                $"{where}:{nameof(options.AdminUrl)}: expected {ListenAddress.Rule} and no "
                    + $"{nameof(options.AdminPort)}, got '{admin}' and '{options.AdminPort}'");
        }

        if (options.RateLimit is { } rate
            && (rate.RequestsPerSecond is not (> 0 and <= RateLimitOptions.MaxRequestsPerSecond)
                || rate.Burst is < 0 or > 1_000_000))
        {
            faults.Add(
                $"{where}:{nameof(options.RateLimit)}: expected above 0 to {RateLimitOptions.MaxRequestsPerSecond} "
                    + $"requests a second and a burst of 0 to 1000000, got {rate.RequestsPerSecond} and {rate.Burst}");
        }

        faults.AddRange(TokenFaults(
            options.TokenLimit?.TokensPerMinute, options.TokenLimit?.ConcurrentStreams,
            $"{where}:{nameof(options.TokenLimit)}"));
        foreach (var origin in options.AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                faults.Add(
                    $"{where}:{nameof(options.AllowedOrigins)}: expected an origin as https://example.org, got "
                        + $"'{origin}'");
            }
        }

        foreach (var host in options.AllowedHosts.Where(static h => !HostNames.IsName(h)))
        {
            faults.Add(
                $"{where}:{nameof(options.AllowedHosts)}: expected a host name without a port, as models.example.org "
                    + $"or *.example.org, got '{host}'");
        }

        faults.AddRange(options.Audit?.Faults($"{where}:{nameof(options.Audit)}") ?? []);
        return faults;

        void CheckFile(string option, string? path, Action<string> read)
        {
            try
            {
                if (path is not null)
                {
                    read(path);
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                faults.Add($"{where}:{option}: {e.Message}");
            }
        }
    }

    /// <summary>What is wrong with a key; empty where nothing is.</summary>
    public static IEnumerable<string> Faults(this ApiKeyOptions key, string where)
    {
        if (key.Id.Length != ApiKey.IdLength || !key.Id.All(char.IsAsciiHexDigitLower))
        {
            yield return $"{where}:{nameof(key.Id)}: expected {ApiKey.IdLength} lower-case hexadecimal digits, got "
                + $"'{key.Id}'; 'maas keys create' makes keys";
        }

        if (key.Name.Length is 0 or > 128)
        {
            yield return $"{where}:{nameof(key.Name)}: expected 1 to 128 characters, got {key.Name.Length}";
        }

        if (ProofKinds.IsReserved(key.Name))
        {
            yield return $"{where}:{nameof(key.Name)}: expected a name that does not begin as those of other accounts "
                + $"do (token:, certificate:, user:), got '{key.Name}'";
        }

        if (key.Sha256.Length != 64 || !key.Sha256.All(char.IsAsciiHexDigit))
        {
            yield return $"{where}:{nameof(key.Sha256)}: expected the 64 hexadecimal digits of a SHA-256, got "
                + $"{key.Sha256.Length} characters";
        }

        if (key.Scopes.Count == 0)
        {
            yield return $"{where}:{nameof(key.Scopes)}: expected at least one of "
                + $"[{string.Join(", ", ServingScopes.Names)}], got none";
        }

        if (key.RequestsPerSecond is <= 0 or > RateLimitOptions.MaxRequestsPerSecond or double.NaN)
        {
            yield return $"{where}:{nameof(key.RequestsPerSecond)}: expected above 0 to "
                + $"{RateLimitOptions.MaxRequestsPerSecond}, got {key.RequestsPerSecond}";
        }

        foreach (var fault in ServingScopes.Faults(key.Scopes, $"{where}:{nameof(key.Scopes)}")
            .Concat(TokenFaults(key.TokensPerMinute, key.ConcurrentStreams, where)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> TokenFaults(long? tokensPerMinute, int? concurrentStreams, string where)
    {
        if (tokensPerMinute is < 1 or > TokenLimitOptions.MaxTokensPerMinute)
        {
            yield return $"{where}:{nameof(TokenLimitOptions.TokensPerMinute)}: expected 1 to "
                + $"{TokenLimitOptions.MaxTokensPerMinute}, got {tokensPerMinute}";
        }

        if (concurrentStreams is < 1 or > TokenLimitOptions.MaxConcurrentStreams)
        {
            yield return $"{where}:{nameof(TokenLimitOptions.ConcurrentStreams)}: expected 1 to "
                + $"{TokenLimitOptions.MaxConcurrentStreams}, got {concurrentStreams}";
        }
    }
}
