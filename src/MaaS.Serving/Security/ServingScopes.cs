using Microsoft.AspNetCore.Builder;

namespace MaaS.Serving.Security;

/// <summary>Names of scopes in files, tokens and on endpoints.</summary>
public static class ServingScopes
{
    /// <summary>The names a scope has in files and tokens.</summary>
    public static readonly IReadOnlyList<string> Names = ["predict", "read", "admin", "publish"];

    /// <summary>
    /// Says what an endpoint asks of its caller; with an endpoint that does not say it, the server does not start.
    /// </summary>
    public static TBuilder WithScope<TBuilder>(this TBuilder endpoint, ServingScope scope)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(b => b.Metadata.Add(new ScopeMetadata(scope)));
        return endpoint;
    }

    /// <summary>Says where a request names its model, unless that is the route value <c>name</c>.</summary>
    internal static TBuilder WithModel<TBuilder>(this TBuilder endpoint, ModelMetadata model)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(b => b.Metadata.Add(model));
        return endpoint;
    }

    /// <summary>
    /// The scope of a name, as <c>predict</c> or <c>maas:predict</c>; null for a name of something else.
    /// </summary>
    internal static ServingScope? Parse(ReadOnlySpan<char> name)
    {
        const string Prefix = "maas:";
        return (name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name) switch
        {
            "predict" => ServingScope.Predict,
            "read" => ServingScope.Read,
            "admin" => ServingScope.Admin,
            "publish" => ServingScope.Publish,
            _ => null,
        };
    }

    /// <summary>Whether requests of a scope change something that lasts.</summary>
    internal static bool IsChange(this ServingScope scope) => scope is ServingScope.Admin or ServingScope.Publish;

    /// <summary>
    /// All scopes that a list names; names of something else are passed over, as tokens carry scopes of other services.
    /// </summary>
    internal static ServingScope Union(IEnumerable<string> names)
        => names.Aggregate(ServingScope.None, (all, name) => all | (Parse(name) ?? ServingScope.None));

    /// <summary>The faults of a list of names in a configuration, where every name must be known.</summary>
    internal static IEnumerable<string> Faults(IEnumerable<string> names, string where)
        => names.Where(n => Parse(n) is null).Select(
            n => $"{where}: expected a scope among [{string.Join(", ", Names)}], got '{n}'");
}

/// <summary>What an endpoint asks of its caller.</summary>
internal sealed record ScopeMetadata(ServingScope Scope);
