using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// The authorities that client certificates must come from, and what these have revoked. The machine's own list of
/// authorities does not count, and nothing is fetched.
/// </summary>
internal sealed partial class ClientAuthority
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection _authorities;
    private readonly ReloadedFile<Revocations>? _revocations;
    private readonly TimeProvider _time;
    private readonly ILogger<ClientAuthority> _logger;

    public ClientAuthority(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<ClientAuthority> logger)
    {
        var security = options.Value.Security;
        _time = time;
        _logger = logger;
        _authorities = Read(security.ClientAuthorityFile!);
        _revocations = security.ClientRevocationFile is { } file
            ? new(
                file,
                path => new Revocations(RevocationList.ReadFile(path)),
                time,
                r => LogReloaded(r.Lists.Count),
                LogUnreadable) : null;
    }

    /// <summary>The certificates of a PEM file.</summary>
    /// <exception cref="InvalidDataException">There is none in it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static X509Certificate2Collection Read(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{path}: expected certificates in PEM: {e.Message}", e);
        }

        return authorities.Count > 0
            ? authorities : throw new InvalidDataException($"{path}: expected certificates in PEM, got none");
    }

    /// <summary>
    /// Stands for the revocations as they are now: a certificate that was accepted under another is looked at again.
    /// </summary>
    public object State => (object?)_revocations?.Current ?? this;

    /// <summary>
    /// Whether a certificate comes from an authority, is for clients, has not expired and is not revoked.
    /// </summary>
    /// <param name="certificate">The client's.</param>
    /// <param name="sent">The certificates that came with it; null for none.</param>
    public bool Accepts(X509Certificate2 certificate, X509Chain? sent = null)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        // The platform's check would fetch lists; Revoked looks into the file.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(e => e.Certificate).ToArray());
        }

        var fault = chain.Build(certificate) ? Revoked(chain)
            : string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Where(s => s.Length > 0));
        if (fault is not null)
        {
            LogRefused(certificate.Subject, fault);
        }

        return fault is null;
    }

    /// <summary>Why a certificate of a chain does not count any more; null where all do.</summary>
    /// <remarks>
    /// The authorities of the options are exempt: they are taken back by taking them out of the file.
    /// </remarks>
    private string? Revoked(X509Chain chain)
    {
        if (_revocations?.Current is not { } revocations)
        {
            return null;
        }

        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            if (!_authorities.Contains(certificate)
                && revocations.Fault(
                    certificate, chain.ChainElements[i + 1].Certificate, _time.GetUtcNow()) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    [LoggerMessage(LogLevel.Information, "The client certificate of '{Subject}' was refused: {Reason}")]
    private partial void LogRefused(string subject, string reason);

    [LoggerMessage(LogLevel.Information, "The file of revocations has changed; it has {Count} lists")]
    private partial void LogReloaded(int count);

    [LoggerMessage(LogLevel.Error, "The changed file of revocations cannot be read; the revocations stay as they were")]
    private partial void LogUnreadable(Exception exception);

    /// <summary>The lists of a file; whether an authority has signed one is found out once.</summary>
    private sealed class Revocations(IReadOnlyList<RevocationList> lists)
    {
        private readonly ConcurrentDictionary<(RevocationList List, string Authority), bool> _signed = new();

        public IReadOnlyList<RevocationList> Lists { get; } = lists;

        /// <summary>
        /// Why a certificate does not count; null where the latest list of its issuer does not name it.
        /// </summary>
        public string? Fault(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset now)
        {
            var list = Lists.Where(
                l
                    => _signed.GetOrAdd(
                        (l, issuer.Thumbprint), static (key, authority) => key.List.IsSignedBy(authority), issuer))
                .MaxBy(l => l.ThisUpdate);
            return list is null ? $"there is no revocation list of '{issuer.Subject}'"
                : list.Names(certificate) ? $"'{issuer.Subject}' has revoked it"
                : list.NextUpdate < now ? $"the revocation list of '{issuer.Subject}' has expired" : null;
        }
    }
}
