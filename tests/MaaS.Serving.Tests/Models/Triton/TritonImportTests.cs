using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Serving.Models.Triton;
using MaaS.Tests;

namespace MaaS.Serving.Tests.Models.Triton;

public sealed class TritonImportTests
{
    private static readonly string[] Labels = ["left", "right"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Run_FolderWithConfiguration_TakesTheNewestVersionWithItsLabels()
    {
        Make(1, 2);
        Make(3, 5);
        await ConfigureAsync("dims: [ 2 ]");
        await File.WriteAllLinesAsync(_folder["scale/labels.txt"], Labels);

        var imported = await TritonImport.RunAsync(
            _folder["scale"], _folder["scale.maas"], new ImportOptions { Description = "Scales." });

        using var package = await ModelPackage.OpenAsync(_folder["scale.maas"]);
        Assert.That(package.Manifest.Name, Is.EqualTo("scale"));
        Assert.That(package.Manifest.Version, Is.EqualTo("3"));
        Assert.That(package.Manifest.Labels, Is.EqualTo(Labels));
        Assert.That(package.Manifest.Task, Is.Null);
        Assert.That(
            await package.ReadAsync("model.onnx"),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["scale/3/model.onnx"])));
        Assert.That(imported.Notes, Has.Some.Contains("version 3"));
        Assert.That(TritonImport.IsFolder(_folder["scale"]));
    }

    [Test]
    public async Task Run_ConfigurationThatDoesNotFit_Throws()
    {
        Make(1, 2);
        await ConfigureAsync("dims: [ 3 ]");
        await File.WriteAllLinesAsync(_folder["scale/labels.txt"], Labels);

        Assert.That(
            () => TritonImport.RunAsync(_folder["scale"], _folder["x.maas"]), Throws.TypeOf<InvalidDataException>());
        Assert.That(File.Exists(_folder["x.maas"]), Is.False);
    }

    [Test]
    public void Run_VersionWithoutNetwork_SaysSo()
    {
        Directory.CreateDirectory(_folder["scale/1"]);
        File.WriteAllText(_folder["scale/1/saved_model.pb"], "");

        Assert.That(
            () => TritonImport.RunAsync(_folder["scale"], _folder["x.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("SavedModel"));
    }

    private void Make(int version, float factor)
    {
        Directory.CreateDirectory(_folder[$"scale/{version}"]);
        ScaleModels.Scale(factor).Save(_folder[$"scale/{version}/model.onnx"]);
    }

    private Task ConfigureAsync(string dims)
        => File.WriteAllTextAsync(
            _folder["scale/config.pbtxt"],
            $$"""
            backend: "onnxruntime"
            max_batch_size: 8
            input [ { name: "x" data_type: TYPE_FP32 {{dims}} } ]
            output [ { name: "y" data_type: TYPE_FP32 dims: [ 2 ] label_filename: "labels.txt" } ]
            """);
}
