using System.Globalization;

namespace MaaS.Serving.Models;

/// <summary>What a source is.</summary>
internal enum SourceKind
{
    /// <summary>An <c>.onnx</c> file.</summary>
    Network,

    /// <summary>A <c>.maas</c> file or a package folder.</summary>
    Package,

    /// <summary>An <c>.ensemble.json</c> file.</summary>
    Ensemble,

    /// <summary>A folder that a <see cref="IFolderLoader"/> loads.</summary>
    Folder,
}

/// <summary>Something in the models folder that can be loaded.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">1 or more.</param>
/// <param name="Location">A file or a package folder.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Fingerprint">Sizes and times of its files: another content has another.</param>
/// <param name="Bytes">Size of the network, for the first estimate of the memory it takes.</param>
internal sealed record ModelSource(
    string Name, long Version, string Location, SourceKind Kind, string Fingerprint, long Bytes)
{
    /// <summary>What a <c>config.pbtxt</c> says of it; null without one.</summary>
    public Triton.TritonConfig? Config { get; init; }

    /// <summary>What a package says that it is for; null where it does not, or was not read yet.</summary>
    public string? Task { get; init; }

    /// <summary>Name of the file that tells what kind of folder it is; null where it is none of
    /// <see cref="SourceKind.Folder"/>.</summary>
    public string? Marker { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} version {Version}");
}
