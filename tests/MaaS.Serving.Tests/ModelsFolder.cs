using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx;

namespace MaaS.Serving.Tests;

/// <summary>A temporary models folder, filled from the fixtures.</summary>
internal sealed class ModelsFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-serving-");

    /// <summary>What Fixtures/make_models.py computed.</summary>
    public static JsonElement Expected { get; } = JsonDocument.Parse(File.ReadAllBytes(Fixture("expected.json")))
        .RootElement;

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public static string Fixture(string file)
        => System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", file);

    public ModelsFolder Add(params string[] models)
    {
        foreach (var model in models)
        {
            File.Copy(Fixture(model + ".onnx"), this[model + ".onnx"]);
        }

        return this;
    }

    /// <summary>A package of conv.onnx with labels and preprocessing.</summary>
    public static Task CreateDigitsAsync(string path, Func<ModelManifest, ModelManifest>? change = null)
    {
        var conv = Expected.GetProperty("conv");
        var manifest = new ModelManifest
        {
            Name = "digits",
            Task = ModelManifest.Classification,
            Labels = [.. Enumerable.Range(0, 10).Select(i => $"digit {i}")],
            Preprocessing = new ImagePreprocessing(
                conv.GetProperty("scale").GetDouble(), [conv.GetProperty("mean").GetDouble()],
                [conv.GetProperty("std").GetDouble()]),
        };
        return ModelPackage.CreateAsync(
            path,
            change?.Invoke(manifest) ?? manifest,
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(Fixture("conv.onnx")),
            });
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
