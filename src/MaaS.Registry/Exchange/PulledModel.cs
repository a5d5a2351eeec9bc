namespace MaaS.Registry.Exchange;

/// <summary>What a pull brought.</summary>
/// <param name="Reference">The source, with its digest: what the tag pointed to when the pull began.</param>
/// <param name="Path">The package.</param>
/// <param name="Bytes">Its files' bytes.</param>
/// <param name="IsSigned">Whether it carries a signature.</param>
/// <param name="IsEncrypted">Whether it is an encrypted file.</param>
public sealed record PulledModel(string Reference, string Path, long Bytes, bool IsSigned, bool IsEncrypted);
