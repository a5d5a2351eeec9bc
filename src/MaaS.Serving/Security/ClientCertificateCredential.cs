using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Certificates of TLS clients; their subject names the caller. An authority is asked once a connection, and again when
/// its revocations change: a connection outlives neither the revocation nor the end of its certificate.
/// </summary>
internal sealed class ClientCertificateCredential(
    IOptions<MaaSServingOptions> options, ClientAuthority authority, TimeProvider time) : ICredential
{
    private static readonly Proof NoCertificate = Proof.Refused(
        "expected a client certificate of a trusted authority, got none");
    private static readonly Proof NotAccepted = Proof.Refused("the client certificate is not valid here");

    // Without subjects the certificates open the door and other proofs say who comes in.
    private readonly FrozenDictionary<string, Proof>? _known =
        options.Value.Security.ClientCertificates is { Count: > 0 } known
        ? known.ToFrozenDictionary(
            c => c.Subject,
            c => new Proof(
                new Caller(c.Subject, ServingScopes.Union(c.Scopes), c.Models.Count > 0 ? c.Models : null)
                    .ProvenBy(ProofKinds.Certificate)),
            StringComparer.Ordinal)
        : null;

    public string Name => "client-certificate";

    /// <summary>Why a connection is not let in, whatever else its requests bring; null where it is.</summary>
    public Proof? Refusal(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return NoCertificate;
        }

        var accepted = ConnectionNotes<Accepted>.Find(context);
        if (accepted?.State == authority.State && ReferenceEquals(accepted.Certificate, certificate))
        {
            return accepted.Until > time.GetUtcNow() ? null : NotAccepted;
        }

        if (!authority.Accepts(certificate))
        {
            return NotAccepted;
        }

        ConnectionNotes<Accepted>.Set(context, new Accepted(certificate, authority.State, certificate.NotAfter));
        return null;
    }

    public ValueTask<Proof?> ReadAsync(HttpContext context)
        => ValueTask.FromResult(_known is not null && context.Connection.ClientCertificate is { } certificate
            ? _known.GetValueOrDefault(certificate.Subject)
            ?? Proof.Refused($"the client certificate's subject is not known here")
            : null);

    private sealed record Accepted(X509Certificate2 Certificate, object State, DateTimeOffset Until);
}
