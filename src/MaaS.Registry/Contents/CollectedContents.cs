namespace MaaS.Registry.Contents;

/// <summary>What a collection deleted.</summary>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record CollectedContents(long Files, long Bytes);
