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
    public Caller(
        string name, ServingScope scopes, IEnumerable<string>? models = null, double? requestsPerSecond = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        Account = Name = name;
        Scopes = scopes;
        RequestsPerSecond = requestsPerSecond;
        var allowed = models?.ToFrozenSet(StringComparer.Ordinal);
        _models = allowed is null || allowed.Contains("*") ? null : allowed;
    }

    /// <summary>The server itself, as when it loads the parts of an ensemble.</summary>
    public static Caller Server { get; } = new("", ServingScope.All);

    /// <summary>In logs, quotas and the audit log; empty for nobody in particular.</summary>
    public string Name { get; }

    /// <summary>Whose downloads, quotas and regions they are: the name of an API key, before any other name the kind of
    /// its proof, so that no token takes what a key of the same name was given.</summary>
    internal string Account { get; private set; }

    /// <summary>The kinds of requests that the caller may send.</summary>
    public ServingScope Scopes { get; }

    /// <summary>Requests a second that they may send; null for the server's limit.</summary>
    public double? RequestsPerSecond { get; }

    /// <summary>Tokens a minute that they may have read and written; null for the server's limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Texts of language models that they may have under way at once; null for the server's limit.</summary>
    public int? ConcurrentStreams { get; init; }

    /// <summary>Somebody who may do nothing.</summary>
    internal static Caller Nobody { get; } = new("", ServingScope.None, []);

    /// <summary>As the user of a request, with the claims that <see cref="ClaimsCallerFactory"/> reads.</summary>
    internal ClaimsPrincipal Principal
        => field ??= new ClaimsPrincipal(
            Name.Length == 0 ? new ClaimsIdentity() : new ClaimsIdentity(Claims(), "MaaS"));

    /// <summary>The models that they may use; null for all.</summary>
    internal IReadOnlyCollection<string>? Models => _models;

    /// <summary>Whether no model is kept from them.</summary>
    internal bool MayUseAll => _models is null;

    /// <summary>Whether they may use a model.</summary>
    public bool MayUse(string model) => _models is null || _models.Contains(model);

    /// <summary>Whether they may do all that the scope asks for.</summary>
    public bool Has(ServingScope scope) => (Scopes & scope) == scope;

    /// <summary>The same caller, whose name is proven another way than by an API key.</summary>
    /// <param name="kind">One of <see cref="ProofKinds"/>.</param>
    internal Caller ProvenBy(string kind)
    {
        if (Name.Length == 0)
        {
            return this;
        }

        var proven = (Caller)MemberwiseClone();
        proven.Account = $"{kind}:{Name}";
        return proven;
    }

    private IEnumerable<Claim> Claims()
    {
        yield return new Claim(ClaimTypes.Name, Name);
        foreach (var scope in ServingScopes.Names.Where(n => Has(ServingScopes.Parse(n)!.Value)))
        {
            yield return new Claim(ClaimsCallerFactory.Scope, scope);
        }

        foreach (var model in _models ?? [])
        {
            yield return new Claim(ClaimsCallerFactory.Models, model);
        }

        if (_models is { Count: 0 })
        {
            yield return new Claim(ClaimsCallerFactory.Models, "");
        }
    }
}
