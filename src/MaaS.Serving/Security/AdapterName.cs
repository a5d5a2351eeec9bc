using MaaS.Serving.Faults;

namespace MaaS.Serving.Security;

/// <summary>What OpenAI's clients call a model: its name alone, or <c>base:adapter</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Adapter">One of its adapters; null for the model alone.</param>
internal readonly record struct AdapterName(string Model, string? Adapter)
{
    private const char Between = ':';

    /// <summary>Reads a name; a model's own has no colon.</summary>
    public static AdapterName Parse(string name)
    {
        var at = name.IndexOf(Between, StringComparison.Ordinal);
        return at < 0 ? new AdapterName(name, Adapter: null) : new AdapterName(name[..at], name[(at + 1)..]);
    }

    /// <summary>Checks that a model has the adapter.</summary>
    /// <param name="adapters">Names of the model's adapters.</param>
    /// <exception cref="RequestException">404: it has none of that name.</exception>
    public void ThrowIfUnknown(IReadOnlyCollection<string> adapters)
    {
        if (Adapter is { } adapter && !adapters.Contains(adapter))
        {
            throw RequestException.NotFound(
                $"model '{Model}': expected one of its adapters [{string.Join(", ", adapters)}], got '{adapter}'");
        }
    }

    public override string ToString() => Adapter is null ? Model : $"{Model}{Between}{Adapter}";
}
