using Google.Protobuf;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Schema;
using MaaS.Tests;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests;

public sealed class ExternalDataTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(-1L, DataType.Float)]
    [TestCase(long.MaxValue, DataType.Double)]
    [TestCase(2L, DataType.Undefined)]
    public void Load_ImpossibleTensor_FailsAsInvalidData(long size, DataType type)
    {
        File.WriteAllBytes(_folder["weights"], new byte[8]);
        Write("weights", size, type);

        Assert.That(
            () => OnnxModel.Load(_folder["model.onnx"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'w'"));
    }

    [TestCase("../secret")]
    [TestCase("/etc/passwd")]
    [TestCase("link")]
    public void Load_DataOutsideTheFolder_Fails(string location)
    {
        Directory.CreateDirectory(_folder["inner"]);
        File.WriteAllBytes(_folder["secret"], new byte[8]);
        File.CreateSymbolicLink(_folder["inner/link"], _folder["secret"]);
        Write(location, 2, DataType.Float, "inner/model.onnx");

        Assert.That(
            () => OnnxModel.Load(_folder["inner/model.onnx"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("in the model's folder"));
        Assert.That(() => InferenceModel.Load(_folder["inner/model.onnx"]), Throws.TypeOf<InferenceException>());
    }

    [Test]
    public void LoadFromMemory_DataInAFile_Fails()
    {
        File.WriteAllBytes(_folder["secret"], new byte[8]);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder["secret"]);
        foreach (var location in new[] { _folder["secret"], relative })
        {
            Write(location, 2, DataType.Float);
            var bytes = File.ReadAllBytes(_folder["model.onnx"]);

            Assert.That(() => OnnxModel.Load(bytes), Throws.TypeOf<InvalidDataException>());
            Assert.That(() => InferenceModel.Load(bytes), Throws.TypeOf<InferenceException>(), location);
        }
    }

    [Test]
    public void Save_WeightsBeyondTheThreshold_LoadTheSame()
    {
        float[] weights = [.. Enumerable.Range(0, 1000).Select(static i => i / 7f)];
        var graph = new GraphBuilder("big");
        graph.AddInput("x", DataType.Float, [1000L]);
        graph.AddInitializer(OnnxTensor.Create<float>("w", weights, 1000));
        graph.AddOutput(graph.Node("Add", ["x", "w"]), DataType.Float, [1000L]);
        graph.Build().Save(_folder["model.onnx"], externalDataThreshold: 1);

        Assert.That(
            OnnxModel.Load(_folder["model.onnx"]).Graph.Initializer.Single().ToArray<float>(), Is.EqualTo(weights));
        using var model = InferenceModel.Load(_folder["model.onnx"]);
        using var outputs = model.Run(TensorValue.Of(new float[1000], 1000));
        Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(weights));
    }

    // y = x + w, with w in another file.
    private void Write(string location, long size, DataType type, string name = "model.onnx")
    {
        var graph = new GraphBuilder("external");
        graph.AddInput("x", DataType.Float, [2L]);
        var tensor = new TensorProto { Name = "w", DataType = (int)type, DataLocation = DataLocation.External };
        tensor.Dims.Add(size);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        graph.AddInitializer(tensor);
        graph.AddOutput(graph.Node("Add", ["x", "w"]), DataType.Float, [2L]);
        using var file = File.Create(_folder[name]);
        graph.Build().Proto.WriteTo(file);
    }
}
