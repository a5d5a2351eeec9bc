using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx;
using MaaS.Serving.Models;

namespace MaaS.Serving.Tests.Models;

/// <summary>Whatever kind of folder a network comes from, its graph is checked before ONNX Runtime has it.</summary>
public sealed class ModelLoaderTests
{
    // ONNX Runtime takes the file, and makes as many axes as this where the numbers are a shape.
    private const long Size = 1L << 40;

    private ModelsFolder _models = null!;

    [SetUp]
    public void CreateFolder() => _models = new ModelsFolder().Add("same");

    [TearDown]
    public void DeleteFolder() => _models.Dispose();

    [Test]
    public async Task Load_File_IsChecked() => await ExpectRefusalAsync(Hostile().ToByteArray(), "m.onnx");

    [Test]
    public async Task Load_FolderOfTensorFlowServing_IsChecked() => await ExpectRefusalAsync(Hostile().ToByteArray(), "m/3/model.onnx");

    [Test]
    public async Task Load_FolderOfTriton_IsChecked()
    {
        Directory.CreateDirectory(_models["m"]);
        await File.WriteAllTextAsync(_models["m/config.pbtxt"], "platform: \"onnxruntime_onnx\" default_model_filename: \"net.onnx\"");
        await ExpectRefusalAsync(Hostile().ToByteArray(), "m/1/net.onnx");
    }

    [TestCase("m.maas")]
    [TestCase("m")]
    public async Task Load_Package_IsChecked(string path)
    {
        await CreatePackageAsync(_models[path]);
        await ExpectRefusalAsync();
    }

    [Test]
    public async Task Load_RegisteredVersion_IsChecked()
    {
        using var elsewhere = new ModelsFolder();
        await CreatePackageAsync(elsewhere["m.maas"]);
        using (var package = await ModelPackage.OpenAsync(elsewhere["m.maas"]))
        {
            await new ModelRegistry(_models.Path).RegisterAsync(package, "m");
        }

        await ExpectRefusalAsync();
    }

    [Test]
    public async Task Load_NoModelAtAll_IsRefusedWithoutItsPath()
    {
        await File.WriteAllTextAsync(_models["m.onnx"], "noise");
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        Assert.That(server.Models.Status("m")[0].ErrorMessage, Does.StartWith("onnx: 'm.onnx' cannot be read as a model"));
    }

    private static OnnxModel Hostile()
    {
        var model = ScaleModels.Scale(2);
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = Size;
        return model;
    }

    private static Task CreatePackageAsync(string path) => ModelPackage.CreateAsync(
        path, new ModelManifest { Name = "m" },
        new Dictionary<string, PackageContent> { [ModelPackage.ModelFile] = PackageContent.FromBytes(Hostile().ToByteArray()) });

    private async Task ExpectRefusalAsync(byte[] model, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_models[file])!);
        await File.WriteAllBytesAsync(_models[file], model);
        await ExpectRefusalAsync();
    }

    private async Task ExpectRefusalAsync()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        var status = server.Models.Status("m")[^1];
        Assert.That((status.State, status.ErrorCode), Is.EqualTo((ModelState.End, "INVALID_ARGUMENT")));
        Assert.That(status.ErrorMessage, Does.Contain("'x'").And.Contain($"{Size}"));
    }
}
