using System.Collections.Frozen;
using System.Security.Claims;

namespace MaaS.Serving.Security;

/// <summary>Who sent a request, and what they may do.</summary>
public sealed class Caller
{
    private readonly FrozenSet<string>? _models;

    /// <summary>A caller.</summary>
    /// <param name="name">In logs, quotas and the audit log; empty for nobody in particular.</param>
    /// <param name="scopes">What they may do.</param>
    /// <param name="models">With which models; null or <c>*</c> among them for all.</param>
    /// <param name="requestsPerSecond">A rate of their own; null for the server's.</param>
    public Caller(string name, ServingScope scopes, IEnumerable<string>? models = null, double? requestsPerSecond = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Scopes = scopes;
        RequestsPerSecond = requestsPerSecond;
        var allowed = models?.ToFrozenSet(StringComparer.Ordinal);
        _models = allowed is null || allowed.Contains("*") ? null : allowed;
        Principal = new ClaimsPrincipal(name.Length == 0 ? new ClaimsIdentity() : new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "MaaS"));
    }

    /// <summary>The server itself, as when it loads the parts of an ensemble.</summary>
    public static Caller Server { get; } = new("", ServingScope.All);

    /// <summary>In logs, quotas and the audit log; empty for nobody in particular.</summary>
    public string Name { get; }

    /// <summary>What they may do.</summary>
    public ServingScope Scopes { get; }

    /// <summary>Requests a second that they may send; null for the server's limit.</summary>
    public double? RequestsPerSecond { get; }

    internal ClaimsPrincipal Principal { get; }

    /// <summary>Whether they may use a model.</summary>
    public bool MayUse(string model) => _models is null || _models.Contains(model);

    /// <summary>Whether they may do all that the scope asks for.</summary>
    public bool Has(ServingScope scope) => (Scopes & scope) == scope;
}
