using System.Collections.Concurrent;
using MaaS.Serving.Faults;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Tokens a minute and texts at once of each caller. A prompt is paid for before it is read, an answer as it is
/// written: what it takes beyond the limit is waited for before the next prompt.
/// </summary>
internal sealed class TokenLimits(IOptions<MaaSServingOptions> options, TimeProvider time)
{
    // Accounts that nobody uses are looked for once there are so many.
    private const int ManyAccounts = 4096;

    private readonly TokenLimitOptions? _default = options.Value.Security.TokenLimit;
    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>Callers who are known now; those who have all their tokens again are forgotten.</summary>
    internal int Count => _accounts.Count;

    /// <summary>Begins texts of a caller.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="address">Stands for a caller without a name.</param>
    /// <param name="prompt">Tokens to be read.</param>
    /// <param name="texts">Texts to be written; 0 where tokens are only read.</param>
    /// <returns>To be told of tokens that are written; disposed when the texts have ended. Null where nothing is
    /// limited.</returns>
    /// <exception cref="RequestException">429: the caller has to wait, or asks for more than a minute's
    /// worth.</exception>
    public Lease? Take(Caller caller, string address, long prompt, int texts)
    {
        var rate = caller.TokensPerMinute ?? _default?.TokensPerMinute;
        var streams = caller.ConcurrentStreams ?? _default?.ConcurrentStreams;
        if (rate is null && streams is null)
        {
            return null;
        }

        while (true)
        {
            var account = _accounts.GetOrAdd(
                caller.Name.Length > 0 ? $"name {caller.Account}" : $"address {address}",
                _ => new Account(rate ?? 0, Now));
            lock (account)
            {
                if (!account.IsForgotten)
                {
                    Pay(account, rate, streams, prompt, texts);
                    Forget();
                    return new Lease(this, account, rate, texts);
                }
            }
        }
    }

    private double Now => time.GetTimestamp() / (double)time.TimestampFrequency;

    private void Pay(Account account, long? rate, int? streams, long prompt, int texts)
    {
        if (account.Texts + texts > streams)
        {
            throw Refused(
                $"expected at most {streams} texts of this caller at once, got {texts} more beside {account.Texts}",
                texts > streams ? null : TimeSpan.FromSeconds(1));
        }

        if (rate is { } limit)
        {
            account.Refill(limit, Now);
            if (prompt > limit)
            {
                throw Refused($"expected at most {limit} tokens a minute from this caller, got {prompt} at once", null);
            }

            if (prompt > account.Tokens)
            {
                throw Refused(
                    $"expected at most {limit} tokens a minute from this caller; {prompt} more are asked for",
                    TimeSpan.FromMinutes((prompt - account.Tokens) / limit));
            }

            account.Tokens -= prompt;
        }

        account.Texts += texts;
    }

    private static RequestException Refused(string message, TimeSpan? wait)
        => new(FaultKind.ResourceExhausted, message) { RetryAfter = wait, Code = "rate_limit_exceeded" };

    // An account that is full again says no more than a new one.
    private void Forget()
    {
        if (_accounts.Count <= ManyAccounts)
        {
            return;
        }

        foreach (var (key, account) in _accounts)
        {
            // Never two accounts at once: whoever holds one would wait for whoever holds the other.
            if (Monitor.TryEnter(account))
            {
                try
                {
                    account.Refill(account.Rate, Now);
                    if (account is { Texts: 0 } && account.Tokens >= account.Rate)
                    {
                        account.IsForgotten = true;
                        _accounts.TryRemove(key, out _);
                    }
                }
                finally
                {
                    Monitor.Exit(account);
                }
            }
        }
    }

    /// <summary>Texts under way.</summary>
    internal sealed class Lease(TokenLimits limits, Account account, long? rate, int texts) : IDisposable
    {
        private int _texts = texts;

        /// <summary>Tokens were written.</summary>
        public void Add(long tokens)
        {
            if (rate is { } limit)
            {
                lock (account)
                {
                    account.Refill(limit, limits.Now);
                    account.Tokens -= tokens;
                }
            }
        }

        public void Dispose()
        {
            lock (account)
            {
                account.Texts -= _texts;
                _texts = 0;
            }
        }
    }

    /// <summary>What one caller has left; used under its own lock.</summary>
    internal sealed class Account(long rate, double now)
    {
        private double _since = now;

        public long Rate { get; private set; } = rate;

        public double Tokens { get; set; } = rate;

        public int Texts { get; set; }

        public bool IsForgotten { get; set; }

        public void Refill(long rate, double now)
        {
            Rate = rate;
            Tokens = Math.Min(rate, Tokens + ((now - _since) / 60 * rate));
            _since = now;
        }
    }
}
