namespace MaaS.Client;

/// <summary>Which failures of a request leave it safe to try again.</summary>
internal enum RetryScope
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Those before the server began: no connection, 429, 503.</summary>
    Unsent,

    /// <summary>All that pass: the request changes nothing.</summary>
    Safe,
}
