using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using MaaS.Training.Pipelines;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines;

internal sealed class NetworkPackageTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-network-package-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCase("inside", 1L << 20, 2)]
    [TestCase("beside", 16L, 3)]
    public async Task WriteAsync_WeightsInsideOrBeside_AnswersTheSame(string name, long weightsInside, int files)
    {
        using var layer = nn.Linear(4, 3);
        using var x = ones(1, 4);
        using var expected = layer.call(x);
        var path = Path.Combine(_folder.FullName, name);

        await NetworkPackage.WriteAsync(
            path, new ModelManifest { Name = "tiny" }, OnnxExporter.Export(layer, x).Model,
            new Dictionary<string, PackageContent>(), weightsInside: weightsInside);

        Assert.That(Directory.GetFiles(path), Has.Length.EqualTo(files));
        using var package = await ModelPackage.OpenAsync(path);
        using var model = await package.LoadNetworkAsync();
        using var outputs = model.Run([TensorValue.Of(new float[] { 1, 1, 1, 1 }, 1, 4)]);
        Assert.That(
            outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(expected.data<float>().ToArray()).Within(1e-6));
    }
}
