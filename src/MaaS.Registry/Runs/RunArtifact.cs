namespace MaaS.Registry.Runs;

/// <summary>A file that a run wrote; its contents are not kept here.</summary>
/// <param name="Name">Its path, as the run named it.</param>
/// <param name="Sha256">Hash of its contents, 64 hexadecimal digits.</param>
/// <param name="Bytes">Its size.</param>
public sealed record RunArtifact(string Name, string Sha256, long Bytes);
