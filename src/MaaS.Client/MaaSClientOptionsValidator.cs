using Microsoft.Extensions.Options;

namespace MaaS.Client;

/// <summary>Finds every fault of a client's options.</summary>
internal sealed class MaaSClientOptionsValidator : IValidateOptions<MaaSClientOptions>
{
    private static readonly TimeSpan ShortestCircuitTime = TimeSpan.FromSeconds(0.5);

    public ValidateOptionsResult Validate(string? name, MaaSClientOptions options)
    {
        List<string> faults = [.. Faults(options)];
        if (options.Addresses.Count == 0 && options.GrpcAddresses.Count == 0)
        {
            faults.Add("Addresses: expected at least one, as http://127.0.0.1:8080, got none");
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(static f => $"MaaSClient: {f}"));
    }

    /// <summary>All faults but missing addresses, which an HTTP client may have.</summary>
    public static IEnumerable<string> Faults(MaaSClientOptions options)
    {
        foreach (var fault in AddressFaults(options).Concat(TimeFaults(options)).Concat(FileFaults(options)))
        {
            yield return fault;
        }

        if (string.IsNullOrEmpty(options.ApiKeyHeader))
        {
            yield return "ApiKeyHeader: expected the name of a header, got none";
        }

        if (options.BearerToken is not null && options.BearerTokenProvider is not null)
        {
            yield return "BearerToken: expected it or BearerTokenProvider, got both";
        }

        if (options.MaxRetries < 0)
        {
            yield return $"MaxRetries: expected 0 or more, got {options.MaxRetries}";
        }

        if (options.MaxHedges is < 1 or > 10)
        {
            yield return
                $"MaxHedges: expected 1 to 10, got {options.MaxHedges}; leave HedgingDelay null for no hedging";
        }

        if (options.CircuitFailureRatio is not (> 0 and <= 1))
        {
            yield return $"CircuitFailureRatio: expected above 0, at most 1, got {options.CircuitFailureRatio}";
        }

        if (options.CircuitMinimumRequests < 2)
        {
            yield return $"CircuitMinimumRequests: expected 2 or more, got {options.CircuitMinimumRequests}";
        }
    }

    private static IEnumerable<string> AddressFaults(MaaSClientOptions options)
    {
        if (!Enum.IsDefined(options.Transport))
        {
            yield return $"Transport: expected Rest, RestJson or Grpc, got {options.Transport}";
        }

        foreach (var (
            name, addresses) in new[] { ("Addresses", options.Addresses), ("GrpcAddresses", options.GrpcAddresses) })
        {
            foreach (var address in addresses)
            {
                if (!address.IsAbsoluteUri
                    || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
                {
                    yield return $"{name}: expected http:// or https:// and a host, got '{address}'";
                }
            }

            foreach (var twice in addresses.GroupBy(static a => a).Where(static g => g.Count() > 1))
            {
                yield return $"{name}: expected each once, got '{twice.Key}' {twice.Count()} times";
            }
        }

        foreach (var address in options.GrpcAddresses.Where(static a => a.IsAbsoluteUri && a.AbsolutePath != "/"))
        {
            yield return $"GrpcAddresses: expected no path, gRPC has none, got '{address}'";
        }

        if (options.GrpcAddresses.Count > 0 && options.Transport != Transport.Grpc)
        {
            yield return $"GrpcAddresses: expected Transport Grpc with them, got {options.Transport}";
        }
    }

    private static IEnumerable<string> TimeFaults(MaaSClientOptions options)
    {
        var smallest = TimeSpan.FromMilliseconds(10);
        foreach (var (name, time, least) in new (string, TimeSpan?, TimeSpan)[]
        {
            (nameof(options.Timeout), options.Timeout, smallest),
            (nameof(options.TotalTimeout), options.TotalTimeout, smallest),
            (nameof(options.ProbeInterval), options.ProbeInterval, smallest),
            (nameof(options.ProbeTimeout), options.ProbeTimeout, smallest),
            (nameof(options.RetryDelay), options.RetryDelay, TimeSpan.Zero),
            (nameof(options.MaxRetryAfter), options.MaxRetryAfter, TimeSpan.Zero),
            (nameof(options.HedgingDelay), options.HedgingDelay, TimeSpan.Zero),
            (nameof(options.CircuitBreak), options.CircuitBreak, ShortestCircuitTime),
            (nameof(options.CircuitWindow), options.CircuitWindow, ShortestCircuitTime),
        })
        {
            if (time < least || time > MaaSClientOptions.LongestTime)
            {
                yield return $"{name}: expected {least} to {MaaSClientOptions.LongestTime}, got {time}";
            }
        }
    }

    private static IEnumerable<string> FileFaults(MaaSClientOptions options)
    {
        foreach (var (name, file) in new[]
        {
            (nameof(options.ClientCertificateFile), options.ClientCertificateFile),
            (nameof(options.ClientKeyFile), options.ClientKeyFile),
            (nameof(options.ServerAuthorityFile), options.ServerAuthorityFile),
        })
        {
            if (file is not null && !File.Exists(file))
            {
                yield return $"{name}: expected a PEM file, there is none at '{file}'";
            }
        }

        if (options.ClientKeyFile is not null && options.ClientCertificateFile is null)
        {
            yield return "ClientKeyFile: expected ClientCertificateFile with it, got none";
        }
    }
}
