using MaaS.Serving.Execution;
using MaaS.Serving.Generation;
using MaaS.Serving.Models;
using MaaS.Serving.Security;

namespace MaaS.Serving.OpenAi;

/// <summary>One request, from the lease on its model until the answer is written: dispose it then.</summary>
internal sealed class OpenAiCall(
    ModelLease lease, AdapterName name, RequestContext client, TokenAccounts accounts, DateTimeOffset created)
    : IDisposable
{
    private readonly string _id = Guid.CreateVersion7(created).ToString("N");
    private TokenAccounts.Account? _account;

    /// <summary>The model that answers.</summary>
    public ServedModel Model { get; } = lease.Model;

    /// <summary>What the client calls it: with the adapter where it names one.</summary>
    public string ModelName { get; } = name.ToString();

    /// <summary>The adapter that texts are written with; null for the model alone.</summary>
    public string? Adapter => name.Adapter;

    /// <summary>Who asks.</summary>
    public RequestContext Client => client;

    /// <summary>When the request came, in seconds since 1970.</summary>
    public long Created { get; } = created.ToUnixTimeSeconds();

    /// <summary>Name, adapter and version of the model: what has to be the same for a seed to draw the same
    /// text.</summary>
    public string Fingerprint { get; } = $"{name}-{lease.Model.Version}";

    /// <summary>The name of the answer.</summary>
    public string Id(string prefix) => prefix + _id;

    /// <summary>Puts the tokens of a prompt on the caller's account; once a call.</summary>
    /// <inheritdoc cref="TokenAccounts.Open"/>
    public TokenAccounts.Account Charge(long prompt, int texts = 0)
        => _account = accounts.Open(Model, client, prompt, texts);

    public void Dispose()
    {
        _account?.Dispose();
        lease.Dispose();
    }
}
