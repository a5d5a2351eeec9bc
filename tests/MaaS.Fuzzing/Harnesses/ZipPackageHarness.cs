using System.IO.Compression;
using MaaS.Core.Packages;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>A package in one file.</summary>
internal sealed class ZipPackageHarness : IFuzzHarness
{
    public string Name => "zip-package";

    public IReadOnlyList<string> Words { get; } =
        [.. PackageSeeds.Words, "PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "PK\x07\x08", "model.onnx", "manifest.json", "../", "\\", "/"];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        PackageSeeds.Zip(PackageSeeds.ShortManifest, CompressionLevel.NoCompression),
        PackageSeeds.Zip(PackageSeeds.Manifest, CompressionLevel.NoCompression),
        PackageSeeds.Zip(PackageSeeds.ShortManifest, CompressionLevel.Optimal),
    ];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException or FileNotFoundException;

    public void Run(byte[] input)
    {
        using var package = ModelPackage.OpenAsync(TemporaryPath.Write("package.maas", input)).GetAwaiter().GetResult();
        FuzzFaultException.Unless(
            package.ReadAsync(ModelPackage.ModelFile).GetAwaiter().GetResult().AsSpan()
                .SequenceEqual(PackageSeeds.Model), "expected the model's bytes");
    }
}
