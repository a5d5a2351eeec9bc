using MaaS.Onnx.Costs;
using MaaS.Tests;

namespace MaaS.Onnx.Tests;

public sealed class OnnxMetadataTests
{
    [Test]
    public void Metadata_SavedAndLoaded_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var model = Graphs.Linear();
        model.SetLabels(["cat", "dog"]);
        model.SetPreprocessing(new ImagePreprocessing(0.5, [0.1, 0.2], [1, 2]));
        model.SetLicence("MIT");
        model.SetModules(new Dictionary<string, string> { [""] = "Net", ["head"] = "Linear" });
        model.Save(folder["m.onnx"]);

        var loaded = OnnxModel.Load(folder["m.onnx"]);
        Assert.That(loaded.GetLabels(), Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(loaded.GetPreprocessing()!.Std, Is.EqualTo(new[] { 1.0, 2.0 }));
        Assert.That(loaded.GetModules()!["head"], Is.EqualTo("Linear"));
        Assert.That(loaded.Proto.ProducerVersion, Is.Not.Empty);
        // The documented forms, which other tools read.
        Assert.That(loaded.GetMetadata("labels"), Is.EqualTo("""["cat","dog"]"""));
        Assert.That(loaded.GetMetadata("preprocessing"), Is.EqualTo("""{"scale":0.5,"mean":[0.1,0.2],"std":[1,2]}"""));
        Assert.That(loaded.GetMetadata("licence"), Is.EqualTo("MIT"));
        Assert.That(loaded.GetMetadata("modules"), Is.EqualTo("""{"":"Net","head":"Linear"}"""));
    }

    [Test]
    public void Preprocessing_WithGeometry_SavedAndLoaded_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var geometry = new ImageGeometry { ResizeShorter = 256, CropHeight = 224, CropWidth = 224, Interpolation = ImageInterpolation.Bicubic };
        var model = Graphs.Linear();
        model.SetPreprocessing(new ImagePreprocessing(0.5, [0.1], [1]) { Geometry = geometry });
        model.Save(folder["m.onnx"]);

        Assert.That(OnnxModel.Load(folder["m.onnx"]).GetPreprocessing()!.Geometry, Is.EqualTo(geometry));
    }

    [Test]
    public void Get_MissingProperty_IsNull()
    {
        Assert.That(Graphs.Linear().GetLabels(), Is.Null);
        Assert.That(Graphs.Linear().GetPreprocessing(), Is.Null);
    }

    [TestCase("labels", "cat,dog")]
    [TestCase("labels", "{}")]
    [TestCase("preprocessing", "{}")]
    [TestCase("modules", "[]")]
    public void Get_OtherForm_ThrowsInvalidData(string key, string value)
    {
        var model = Graphs.Linear();
        model.SetMetadata(key, value);
        Assert.That(() => _ = (model.GetLabels(), model.GetPreprocessing(), model.GetModules()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(key));
    }

    [Test]
    public void Describe_LongValue_IsCut()
    {
        var model = Graphs.Linear();
        model.SetLicence("MIT");
        model.SetLabels([.. Enumerable.Range(0, 1000).Select(static i => $"class {i}")]);

        string[] lines = ModelSummary.Describe(model).Split('\n');
        Assert.That(lines, Has.Some.EqualTo("metadata    licence: MIT"));
        Assert.That(lines.Single(static line => line.StartsWith("metadata    labels", StringComparison.Ordinal)),
            Has.Length.LessThan(200).And.Contains("class 0").And.Contains("characters"));
    }
}
