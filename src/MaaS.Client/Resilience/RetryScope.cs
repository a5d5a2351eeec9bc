namespace MaaS.Client.Resilience;

/// <summary>Which failures of a request leave it safe to try again.</summary>
internal enum RetryScope
{
    /// <summary>Those before the server began: no connection, 429, 503.</summary>
    Unsent,

    /// <summary>All that pass: the request changes nothing.</summary>
    Safe,

    /// <summary>All that pass, and it may be sent twice at once.</summary>
    Hedged,
}
