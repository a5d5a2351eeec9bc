using MaaS.Core.Packages;

namespace MaaS.Core.Importing;

/// <summary>A foreign model as a package.</summary>
/// <param name="Path">The package.</param>
/// <param name="Manifest">What it says of itself: what the source says, and nothing else.</param>
/// <param name="Notes">What the source lacks, or has and the package does not do, in whole sentences.</param>
public sealed record ImportedModel(string Path, ModelManifest Manifest, IReadOnlyList<string> Notes);
