using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Certificates that the TLS handshake has asked for and found to come from a trusted authority; their subject names the caller.
/// </summary>
internal sealed class ClientCertificateCredential(IOptions<MaaSServingOptions> options) : ICredential
{
    private readonly FrozenDictionary<string, Proof> _known = options.Value.Security.ClientCertificates.ToFrozenDictionary(
        c => c.Subject,
        c => new Proof(new Caller(c.Subject, ServingScopes.Union(c.Scopes), c.Models.Count > 0 ? c.Models : null)),
        StringComparer.Ordinal);

    public string Name => "client-certificate";

    public ValueTask<Proof?> ReadAsync(HttpContext context)
        => ValueTask.FromResult(context.Connection.ClientCertificate is { } certificate
            ? _known.GetValueOrDefault(certificate.Subject) ?? Proof.Refused($"the client certificate's subject is not known here")
            : null);
}
