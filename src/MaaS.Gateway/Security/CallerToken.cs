namespace MaaS.Gateway.Security;

/// <summary>What a request carries to a server instead of the caller's own proof.</summary>
/// <param name="Value">A signed token; null for a request that is open to all.</param>
internal sealed record CallerToken(string? Value);
