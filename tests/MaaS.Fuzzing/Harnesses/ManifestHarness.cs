using System.Text;
using MaaS.Core.Packages;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>A package's manifest, in a folder with its model.</summary>
internal sealed class ManifestHarness : IFuzzHarness
{
    private readonly Lazy<string> _folder = new(static () =>
    {
        var folder = TemporaryPath.Of("package");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ModelPackage.ModelFile), PackageSeeds.Model);
        return folder;
    });

    public string Name => "manifest";

    public IReadOnlyList<string> Words { get; } = PackageSeeds.Words;

    public IReadOnlyList<byte[]> Seeds()
        => [Encoding.UTF8.GetBytes(PackageSeeds.Manifest), Encoding.UTF8.GetBytes(PackageSeeds.ShortManifest)];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException or FileNotFoundException;

    public void Run(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(_folder.Value, "manifest.json"), input);
        using var package = ModelPackage.OpenAsync(_folder.Value).GetAwaiter().GetResult();
        var json = package.Manifest.ToJson();
        FuzzFaultException.Unless(
            json.AsSpan().SequenceEqual(ModelManifest.FromJson(json).ToJson()),
            "expected the manifest to be the same after it was written and read");
        FuzzFaultException.Unless(
            package.ReadAsync(ModelPackage.ModelFile).GetAwaiter().GetResult().AsSpan()
                .SequenceEqual(PackageSeeds.Model), "expected the model's bytes");
    }
}
