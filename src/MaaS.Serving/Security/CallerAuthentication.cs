using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>Finds out who sent a request.</summary>
internal sealed class CallerAuthentication
{
    /// <summary>What a 401 says of how to do better.</summary>
    public const string Challenge = "Bearer realm=\"maas\"";

    private static readonly Caller LocalAdmin = new("", ServingScope.All);

    private readonly SecurityOptions _options;
    private readonly ICredential[] _own;
    private readonly ICredential[] _all;
    private readonly ClientCertificateCredential? _demanded;

    /// <param name="options">Who callers without any proof are.</param>
    /// <param name="own">MaaS's own proofs, in the order in which they are looked for.</param>
    /// <param name="application">The application's users; null for none.</param>
    public CallerAuthentication(
        IOptions<MaaSServingOptions> options, IEnumerable<ICredential> own, ApplicationCredential? application = null)
    {
        _options = options.Value.Security;
        _own = [.. own];
        _all = application is null ? _own : [.. _own, application];
        _demanded = _own.OfType<ClientCertificateCredential>().FirstOrDefault();
        Anonymous = new Caller("", _options.AnonymousScopes.Count > 0 ? ServingScopes.Union(_options.AnonymousScopes)
            : _options.HasCredentials ? ServingScope.None : ServingScope.Predict | ServingScope.Read);
    }

    /// <summary>The caller of requests without a key, token or certificate.</summary>
    public Caller Anonymous { get; }

    /// <summary>Whether nobody can show any proof, so that <see cref="AnonymousAt"/> says it all.</summary>
    public bool IsOpen => _all.Length == 0;

    /// <summary>
    /// What a caller without proof may do on a connection: on the administration's own loopback port everything, while
    /// nobody can prove anything.
    /// </summary>
    public Caller AnonymousAt(HttpContext context, int? adminPort)
        => !_options.HasCredentials && _options.AnonymousScopes.Count == 0 && adminPort == context.Connection.LocalPort
            && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            ? LocalAdmin : Anonymous;

    /// <summary>Reads every kind of proof.</summary>
    /// <returns>Null where the request has none.</returns>
    public ValueTask<Proof?> ReadAsync(HttpContext context) => ReadAsync(context, _all);

    /// <summary>Reads MaaS's own kinds of proof.</summary>
    /// <returns>Null where the request has none.</returns>
    public ValueTask<Proof?> ReadOwnAsync(HttpContext context) => ReadAsync(context, _own);

    private async ValueTask<Proof?> ReadAsync(HttpContext context, ICredential[] credentials)
    {
        if (_demanded?.Refusal(context) is { } refusal)
        {
            return refusal;
        }

        Proof? proof = null;
        for (var i = 0; proof is null && i < credentials.Length; i++)
        {
            proof = await credentials[i].ReadAsync(context).ConfigureAwait(false);
        }

        return proof;
    }
}
