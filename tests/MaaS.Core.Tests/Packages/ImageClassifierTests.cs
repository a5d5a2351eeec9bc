using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tests;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Tests.Packages;

public sealed class ImageClassifierTests
{
    private TemporaryFolder _folder = null!;

    // The model gives its pixels back as logits.
    private static ModelManifest Manifest => new()
    {
        Name = "pixels",
        Task = ModelManifest.Classification,
        Inputs = [new TensorSpec("image", ElementType.Float32, [-1, 1, 1, 2])],
        Labels = ["left", "right"],
        Preprocessing = new ImagePreprocessing(1, [0], [1]),
    };

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Predict_LogitsBeyondWhatExpHolds_GivesProbabilities()
    {
        await CreateAsync(Manifest, ["batch", 1L, 1L, 2L]);
        using var classifier = await ImageClassifier.OpenAsync(_folder["pixels.maas"]);

        var probabilities = classifier.Predict([250, 251]);

        // 1 / (1 + e) and e / (1 + e).
        Assert.That(probabilities["left"], Is.EqualTo(0.26894142f).Within(1e-6));
        Assert.That(probabilities["right"], Is.EqualTo(0.73105858f).Within(1e-6));
    }

    [Test]
    public async Task Open_OneLabelTooMany_Fails()
    {
        await CreateAsync(Manifest with { Labels = ["left", "middle", "right"] }, ["batch", 1L, 1L, 2L]);

        Assert.That(
            () => ImageClassifier.OpenAsync(_folder["pixels.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("labels: expected 2"));
    }

    [Test]
    public async Task Open_MoreChannelsInTheManifestThanInTheModel_Fails()
    {
        await CreateAsync(
            Manifest with { Preprocessing = new ImagePreprocessing(1, [0, 0], [1, 1]) }, ["batch", 1L, 1L, 2L]);

        Assert.That(
            () => ImageClassifier.OpenAsync(_folder["pixels.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("float32[batch,2,height,width]"));
    }

    [Test]
    public async Task Open_ImageSizeLeftOpenByTheModel_Fails()
    {
        await CreateAsync(Manifest, ["batch", 1L, 1L, "width"]);

        Assert.That(() => ImageClassifier.OpenAsync(_folder["pixels.maas"]), Throws.TypeOf<InvalidDataException>());
    }

    private Task CreateAsync(ModelManifest manifest, OnnxDimension[] shape)
    {
        var graph = new GraphBuilder("pixels");
        graph.AddInput("image", DataType.Float, shape);
        graph.AddOutput(graph.Node("Flatten", ["image"]), DataType.Float, ["batch", 2L]);
        return ModelPackage.CreateAsync(_folder["pixels.maas"], manifest, new Dictionary<string, PackageContent>
        {
            [ModelPackage.ModelFile] = PackageContent.FromBytes(graph.Build().ToByteArray()),
        });
    }
}
