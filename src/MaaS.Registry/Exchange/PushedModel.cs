namespace MaaS.Registry.Exchange;

/// <summary>What a push or a copy did.</summary>
/// <param name="Reference">The target, with its digest.</param>
/// <param name="Bytes">Bytes that were sent; what the registry had already was not.</param>
/// <param name="Signatures">Signatures that refer to it.</param>
public sealed record PushedModel(string Reference, long Bytes, int Signatures);
