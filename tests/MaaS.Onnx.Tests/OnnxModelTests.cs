using Google.Protobuf;
using MaaS.Onnx.Schema;
using MaaS.Tests;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests;

public class OnnxModelTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("maas-onnx-");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    [Test]
    public void Save_SmallModel_PassesTheOnnxCheckerAndLoadsEqual()
    {
        var model = Graphs.Linear();
        model.SetMetadata("labels", "cat,dog");

        model.Save(PathOf("m.onnx"));

        OnnxChecker.Check(PathOf("m.onnx"));
        var loaded = OnnxModel.Load(PathOf("m.onnx"));
        Assert.That(loaded.Proto, Is.EqualTo(model.Proto));
        Assert.That(loaded.GetMetadata("labels"), Is.EqualTo("cat,dog"));
        Assert.That(loaded.Inputs.Select(static input => input.Name), Is.EqualTo(new[] { "x" }));
        Assert.That(Directory.GetFiles(_folder.FullName), Has.Length.EqualTo(1));
    }

    [Test]
    public void Save_AboveThreshold_KeepsWeightsBesideTheModel()
    {
        var model = Graphs.Linear(100, 50);

        model.Save(PathOf("m.onnx"), externalDataThreshold: 1000);

        Assert.That(new FileInfo(_folder.GetFiles("m.onnx.*.data").Single().FullName).Length, Is.EqualTo(100 * 50 * 4));
        OnnxChecker.Check(PathOf("m.onnx"));
        Assert.That(OnnxModel.Load(PathOf("m.onnx")).Proto, Is.EqualTo(model.Proto));
        Assert.That(model.Graph.Initializer[0].DataLocation, Is.EqualTo(DataLocation.Default));
    }

    [Test]
    public void Save_FailingWrite_LeavesTheOldFileAndNoOther()
    {
        Graphs.Linear().Save(PathOf("m.onnx"));
        byte[] before = File.ReadAllBytes(PathOf("m.onnx"));
        var broken = Graphs.Linear(100, 50);
        broken.Graph.Initializer[0].Dims[0] = 7;

        Assert.That(
            () => broken.Save(PathOf("m.onnx"), externalDataThreshold: 100), Throws.InstanceOf<InvalidDataException>());

        Assert.That(File.ReadAllBytes(PathOf("m.onnx")), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(_folder.FullName), Has.Length.EqualTo(1));
    }

    [Test]
    public void Load_EveryTruncation_ThrowsInvalidData()
    {
        Graphs.Linear().Save(PathOf("m.onnx"));
        byte[] whole = File.ReadAllBytes(PathOf("m.onnx"));

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(PathOf("cut.onnx"), whole[..length]);
            Assert.That(
                () => OnnxModel.Load(PathOf("cut.onnx")), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Load_OtherFile_ThrowsInvalidData()
    {
        File.WriteAllText(PathOf("m.onnx"), "this is no model, however long the text may be");
        Assert.That(() => OnnxModel.Load(PathOf("m.onnx")), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => OnnxModel.Load(PathOf("missing.onnx")), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public void Load_EmptyFileOrFolder_NamesIt()
    {
        File.WriteAllBytes(PathOf("empty.onnx"), []);
        Assert.That(
            () => OnnxModel.Load(PathOf("empty.onnx")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("empty.onnx"));
        _folder.CreateSubdirectory("folder.onnx");
        Assert.That(
            () => OnnxModel.Load(PathOf("folder.onnx")),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("folder"));
    }

    [Test]
    public void Load_CyclicGraph_NamesTheNodes()
    {
        var model = Graphs.Linear();
        model.Graph.Node[0].Input[0] = model.Graph.Node[1].Output[0];
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("cyclic").And.Message.Contains("Gemm"));
    }

    [Test]
    public void Load_DanglingInput_NamesNodeAndValue()
    {
        var model = Graphs.Linear();
        model.Graph.Node[1].Input[0] = "nowhere";
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Relu").And.Message.Contains("nowhere"));
    }

    [Test]
    public void Load_MissingOutput_Throws()
    {
        var model = Graphs.Linear();
        model.Graph.Output[0].Name = "nowhere";
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("nowhere"));
    }

    // A node may leave an output out by the name "", which makes no value of that name.
    [Test]
    public void Load_OutputWithoutName_Throws()
    {
        var model = Graphs.Linear();
        model.Graph.Node[1].Output.Add("");
        Assert.That(() => OnnxModel.Load(model.Proto.ToByteArray()), Throws.Nothing);

        model.Graph.Output.Add(new ValueInfoProto());
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no name"));
    }

    [TestCase(int.MaxValue, true)]
    [TestCase(int.MaxValue + 1L, false)]
    [TestCase(long.MaxValue, false)]
    public void Load_DeclaredSize_IsOneThatATensorCanHave(long size, bool isTaken)
    {
        var model = Graphs.Linear();
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = size;
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            isTaken
                ? Throws.Nothing
                : Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'x'")
                    .And.Message.Contains($"{size}"));
    }

    [Test]
    public void Load_ValueMadeTwice_Throws()
    {
        var model = Graphs.Linear();
        model.Graph.Node.Add(model.Graph.Node[1].Clone());
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("more than once"));
    }

    [Test]
    public void Load_NodesOutOfOrder_PutsThemInOrder()
    {
        var model = Graphs.Linear();
        var (gemm, relu) = (model.Graph.Node[0], model.Graph.Node[1]);
        model.Graph.Node.Clear();
        model.Graph.Node.Add(new[] { relu, gemm });

        var loaded = OnnxModel.Load(model.Proto.ToByteArray());

        Assert.That(loaded.Graph.Node.Select(static node => node.OpType), Is.EqualTo(new[] { "Gemm", "Relu" }));
    }

    [TestCase(-1L), TestCase(long.MaxValue), TestCase(1L << 40), TestCase(4L)]
    public void Load_WeightWhoseShapeDoesNotFitItsBytes_Throws(long size)
    {
        var model = Graphs.Linear();
        model.Graph.Initializer[0].Dims[0] = size;
        Assert.That(
            () => OnnxModel.Load(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("fc.weight"));
    }

    [TestCase("../secret"), TestCase("/etc/passwd"), TestCase("a/../../secret"), TestCase(@"..\secret"), TestCase("")]
    public void Load_ExternalDataOutsideTheFolder_Throws(string location)
    {
        File.WriteAllBytes(PathOf("secret"), new byte[24]);
        string inner = _folder.CreateSubdirectory("inner").FullName;
        var model = External(location);
        File.WriteAllBytes(Path.Combine(inner, "m.onnx"), model.ToByteArray());

        Assert.That(
            () => OnnxModel.Load(Path.Combine(inner, "m.onnx")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("folder"));
    }

    [Test]
    public void Load_ExternalDataThroughSymbolicLink_Throws([Values] bool linkedFolder)
    {
        File.WriteAllBytes(PathOf("secret"), new byte[24]);
        string inner = _folder.CreateSubdirectory("inner").FullName;
        if (linkedFolder)
        {
            Directory.CreateSymbolicLink(Path.Combine(inner, "link"), _folder.FullName);
        }
        else
        {
            File.CreateSymbolicLink(Path.Combine(inner, "link"), PathOf("secret"));
        }

        File.WriteAllBytes(
            Path.Combine(inner, "m.onnx"), External(linkedFolder ? "link/secret" : "link").ToByteArray());

        Assert.That(
            () => OnnxModel.Load(Path.Combine(inner, "m.onnx")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("folder"));
    }

    [TestCase("offset", "1")]
    [TestCase("offset", "-8")]
    [TestCase("offset", "9223372036854775807")]
    [TestCase("length", "25")]
    [TestCase("length", "x")]
    public void Load_ExternalDataBeyondItsFile_Throws(string key, string value)
    {
        File.WriteAllBytes(PathOf("weights"), new byte[24]);
        var model = External("weights");
        model.ExternalData(key, value);
        File.WriteAllBytes(PathOf("m.onnx"), model.Model.ToByteArray());
        Assert.That(() => OnnxModel.Load(PathOf("m.onnx")), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Load_MissingExternalData_NamesTheFile()
    {
        File.WriteAllBytes(PathOf("m.onnx"), External("weights").ToByteArray());
        Assert.That(
            () => OnnxModel.Load(PathOf("m.onnx")),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("weights"));
    }

    private static ExternalModel External(string location)
    {
        var model = new ExternalModel(Graphs.Linear());
        model.Weight.ClearRawData();
        model.Weight.DataLocation = DataLocation.External;
        model.ExternalData("location", location);
        return model;
    }

    private sealed record ExternalModel(OnnxModel Model)
    {
        public TensorProto Weight => Model.Graph.Initializer[0];

        public void ExternalData(string key, string value) =>
            Weight.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });

        public byte[] ToByteArray() => Model.ToByteArray();
    }
}
