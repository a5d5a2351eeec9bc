using MaaS.Primitives.Files;
using MaaS.Tests;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests;

/// <summary>Models whose weights lie in a file of their own: what every moment of a save leaves behind.</summary>
public sealed class ModelFilesTests
{
    private TemporaryFolder _folder = null!;

    private string Model => _folder["m.onnx"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Save_OverAnOldModel_RemovesItsWeights()
    {
        Filled(1).Save(Model, 1);
        string old = DataFile();
        Filled(2).Save(Model, 1);

        Assert.That(DataFile(), Is.Not.EqualTo(old));
        Assert.That(Value(), Is.EqualTo(2));
        OnnxChecker.Check(Model);
    }

    [Test]
    public void Save_SameWeightsAgain_KeepsTheirFile()
    {
        Filled(1).Save(Model, 1);
        string old = DataFile();
        Filled(1).Save(Model, 1);

        Assert.That(DataFile(), Is.EqualTo(old));
        Assert.That(Value(), Is.EqualTo(1));
    }

    [Test]
    public void Save_SmallModelOverALargeOne_LeavesOneFile()
    {
        Filled(1).Save(Model, 1);
        Filled(2).Save(Model);

        Assert.That(Names(), Is.EqualTo(new[] { "m.onnx" }));
        Assert.That(Value(), Is.EqualTo(2));
    }

    [Test]
    public void Save_FailureBetweenWeightsAndModel_KeepsTheOldModelWhole()
    {
        Filled(1).Save(Model, 1);
        string[] before = Names();

        Assert.That(
            () => Filled(2).Save(Model, 1, FailAtTheModel),
            Throws.InstanceOf<IOException>().With.Message.EqualTo("disk full"));

        Assert.That(Names(), Is.EqualTo(before));
        Assert.That(Value(), Is.EqualTo(1));
    }

    [Test]
    public void Save_FailureWithTheSameWeights_KeepsTheFileTheOldModelNeeds()
    {
        Filled(1).Save(Model, 1);

        Assert.That(() => Filled(1).Save(Model, 1, FailAtTheModel), Throws.InstanceOf<IOException>());

        Assert.That(Value(), Is.EqualTo(1));
    }

    // Where the power goes between the two writes nothing is cleaned up: the old model must load, and so must the next
    // one.
    [Test]
    public void Save_BetweenWeightsAndModel_OldModelLoads()
    {
        Filled(1).Save(Model, 1);
        var seen = new List<float>();
        Filled(2).Save(Model, 1, (path, write) =>
        {
            AtomicFile.Write(path, write);
            seen.Add(Value());
        });

        Assert.That(seen, Is.EqualTo(new[] { 1f, 2f }));
        Assert.That(Names(), Has.Length.EqualTo(2));
    }

    [Test]
    public void Save_OverAModelOfAnotherTool_LeavesForeignWeights()
    {
        File.WriteAllText(_folder["m.onnx.data"], "another tool's");
        File.WriteAllText(Model, "no model");
        Filled(1).Save(Model, 1);

        Assert.That(File.Exists(_folder["m.onnx.data"]), Is.True);
        Assert.That(Value(), Is.EqualTo(1));
    }

    [Test, Explicit("writes and reads 2.2 GB, and needs about 7 GB of memory")]
    public void Save_MoreThanTwoGigabytes_LoadsTheSame()
    {
        const int Tensors = 9, Size = 64 << 20;   // 9 · 256 MiB
        var graph = new GraphBuilder("large");
        graph.AddInput("x", DataType.Float, [Size]);
        string sum = "x";
        for (int i = 0; i < Tensors; i++)
        {
            float[] values = new float[Size];
            values[^1] = i + 1;
            sum = graph.Node("Add", [sum, graph.AddInitializer(OnnxTensor.Create<float>($"w{i}", values, Size))]);
        }
        graph.AddOutput(sum, DataType.Float, [Size]);
        graph.Build().Save(Model);

        Assert.That(new FileInfo(_folder[DataFile()]).Length, Is.GreaterThan(int.MaxValue));
        var loaded = OnnxModel.Load(Model);
        Assert.That(
            loaded.Graph.Initializer.Select(static tensor => tensor.ToArray<float>()[^1]),
            Is.EqualTo(Enumerable.Range(1, Tensors)));
    }

    private void FailAtTheModel(string path, Action<Stream> write)
    {
        if (path == Model)
        {
            throw new IOException("disk full");
        }

        AtomicFile.Write(path, write);
    }

    // y = x + w with 1000 equal weights.
    private static OnnxModel Filled(float value)
    {
        var graph = new GraphBuilder("filled");
        graph.AddInput("x", DataType.Float, [1000L]);
        graph.AddInitializer(OnnxTensor.Create<float>("w", Enumerable.Repeat(value, 1000).ToArray(), 1000));
        graph.AddOutput(graph.Node("Add", ["x", "w"]), DataType.Float, [1000L]);
        return graph.Build();
    }

    private float Value() => OnnxModel.Load(Model).Graph.Initializer.Single().ToArray<float>()[0];

    private string[] Names() =>
        [.. Directory.GetFiles(Path.GetDirectoryName(Model)!).Select(static file => Path.GetFileName(file)).Order()];

    private string DataFile() => Names().Single(static name => name.EndsWith(".data", StringComparison.Ordinal));
}
