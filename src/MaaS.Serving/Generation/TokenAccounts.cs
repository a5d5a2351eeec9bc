using System.Diagnostics;
using System.Diagnostics.Metrics;
using MaaS.Serving.Execution;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;

namespace MaaS.Serving.Generation;

/// <summary>Limits and counts the tokens that callers have read and written.</summary>
internal sealed class TokenAccounts
{
    private readonly TokenLimits _limits;
    private readonly Counter<long> _tokens;

    public TokenAccounts(TokenLimits limits, IMeterFactory meters)
    {
        _limits = limits;
        _tokens = meters.Create(ServingMetrics.MeterName).CreateCounter<long>(
            "maas.caller.tokens", "{token}", "Tokens that a caller had read (input) and written (output).");
    }

    /// <summary>Begins texts, or the reading of some.</summary>
    /// <param name="model">Which model reads and writes.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="prompt">Tokens to be read.</param>
    /// <param name="texts">Texts to be written; 0 where tokens are only read.</param>
    /// <returns>Disposed when the texts have ended.</returns>
    /// <inheritdoc cref="TokenLimits.Take" path="/exception"/>
    public Account Open(ServedModel model, RequestContext client, long prompt, int texts)
    {
        var account = new Account(this, _limits.Take(client.Caller, client.ClientKey, prompt, texts), model, client);
        account.Count(prompt, "input");
        return account;
    }

    /// <summary>The texts of one request.</summary>
    internal sealed class Account(
        TokenAccounts accounts, TokenLimits.Lease? lease, ServedModel model, RequestContext client) : IDisposable
    {
        private long _written;

        /// <summary>A token was written.</summary>
        public void Add()
        {
            Interlocked.Increment(ref _written);
            lease?.Add(1);
        }

        public void Dispose()
        {
            Count(Interlocked.Exchange(ref _written, 0), "output");
            lease?.Dispose();
        }

        internal void Count(long tokens, string direction)
        {
            if (tokens > 0)
            {
                TagList tags = new()
                {
                    { "model", model.Name }, { "caller", client.Caller.Name }, { "direction", direction },
                };
                accounts._tokens.Add(tokens, tags);
            }
        }
    }
}
