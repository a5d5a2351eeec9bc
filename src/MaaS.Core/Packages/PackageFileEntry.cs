namespace MaaS.Core.Packages;

/// <summary>What the manifest says of a file.</summary>
/// <param name="Sha256">Of its content: 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Bytes.</param>
public sealed record PackageFileEntry(string Sha256, long Size);
