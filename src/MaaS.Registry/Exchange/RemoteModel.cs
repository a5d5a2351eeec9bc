namespace MaaS.Registry.Exchange;

/// <summary>A tag of a repository.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">What it points to.</param>
/// <param name="Name">Name of the model; null where the artifact does not say.</param>
/// <param name="Version">The author's version; null where the artifact does not say.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Signatures">Signatures that refer to it.</param>
/// <param name="IsModel">Whether it is a model in the form of the ModelPack specification.</param>
public sealed record RemoteModel(
    string Tag, string Digest, string? Name, string? Version, long Bytes, int Signatures, bool IsModel);
