using MaaS.Core.Packages;

namespace MaaS.Registry.Versions;

/// <summary>A version of a model; what it consists of never changes.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">1 or more, counted by the registry and never given twice.</param>
/// <param name="Stage">Where it is in its life.</param>
/// <param name="Created">When it was added, by the clock of the machine that added it.</param>
/// <param name="Creator">Who added it.</param>
/// <param name="Description">A sentence or a model card in Markdown; null where there is none.</param>
/// <param name="Manifest">What the package says of itself: inputs, outputs, metrics, lineage.</param>
/// <param name="Files">Hash and size of each file by its path, the manifest among them.</param>
/// <param name="Tags">Values by name.</param>
/// <param name="Aliases">Names that point to it, in order.</param>
/// <param name="Approvers">Who approved it, in order.</param>
public sealed record ModelVersion(
    string Name, long Version, ModelStage Stage, DateTimeOffset Created, string Creator, string? Description,
    ModelManifest Manifest, IReadOnlyDictionary<string, PackageFileEntry> Files,
    IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Aliases, IReadOnlyList<string> Approvers)
{
    /// <summary>Whether it is one encrypted file, which only a recipient's key opens.</summary>
    public bool IsEncrypted => !Files.ContainsKey(PackagePath.Manifest);

    /// <summary>Bytes of all its files.</summary>
    public long Bytes => Files.Values.Sum(static f => f.Size);

    /// <summary>As <c>digits/3</c>.</summary>
    public override string ToString() => $"{Name}/{Version}";
}
