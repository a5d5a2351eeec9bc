using MaaS.Core.Packages;

namespace MaaS.Registry.Tests;

/// <summary>Small packages; the network's bytes are no network.</summary>
internal static class TestPackages
{
    public static async Task<ModelPackage> MakeAsync(string path, string name, params byte[] network)
    {
        await ModelPackage.CreateAsync(
            path,
            new ModelManifest { Name = name, Metrics = new Dictionary<string, double> { ["accuracy"] = 0.5 } },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
                ["notes/readme.txt"] = PackageContent.FromBytes("the same everywhere"u8.ToArray()),
            });
        return await ModelPackage.OpenAsync(path);
    }
}
