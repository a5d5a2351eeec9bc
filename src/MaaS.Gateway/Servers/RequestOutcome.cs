namespace MaaS.Gateway.Servers;

/// <summary>What a request says of the server that it was sent to.</summary>
internal enum RequestOutcome
{
    /// <summary>The server answered, be it by a refusal.</summary>
    Answered,

    /// <summary>The server failed.</summary>
    Failed,

    /// <summary>Nothing: the client went away, or its request could not be sent.</summary>
    Unknown,
}
