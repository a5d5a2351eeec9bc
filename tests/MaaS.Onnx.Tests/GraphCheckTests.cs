using Google.Protobuf;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests;

/// <summary>The check of files that are served, which leaves large weights unread.</summary>
public sealed class GraphCheckTests
{
    private string _path = null!;

    [SetUp]
    public void MakePath() => _path = Path.GetTempFileName();

    [TearDown]
    public void Delete() => File.Delete(_path);

    [Test]
    public void Check_SoundModel_IsTaken()
    {
        byte[] model = Graphs.Linear(inputs: 100, outputs: 50).Proto.ToByteArray();
        Assert.That(() => Check(model), Throws.Nothing);
    }

    [TestCase(int.MaxValue, true)]
    [TestCase(int.MaxValue + 1L, false)]
    [TestCase(long.MaxValue, false)]
    public void Check_DeclaredSize_IsOneThatATensorCanHave(long size, bool isTaken)
    {
        var model = Graphs.Linear();
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = size;
        Assert.That(
            () => Check(model.Proto.ToByteArray()),
            isTaken ? Throws.Nothing : Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'x'").And.Message.Contains($"{size}"));
    }

    // 5,000 floats are passed over, 6 are kept: their number is compared all the same.
    [TestCase(2, 3), TestCase(50, 100)]
    public void Check_WeightWhoseShapeDoesNotFitItsBytes_NamesIt(int outputs, int inputs)
    {
        var model = Graphs.Linear(inputs, outputs);
        model.Graph.Initializer[0].Dims[0]++;
        Assert.That(
            () => Check(model.Proto.ToByteArray()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"'fc.weight': expected {4 * (outputs + 1) * inputs} bytes")
                .And.Message.Contains($"got {4 * outputs * inputs}"));
    }

    [TestCase(23), TestCase((int)DataType.String), TestCase((int)DataType.Int4)]
    public void Check_WeightOfAnotherType_IsLeftToOnnxRuntime(int type)
    {
        var model = Graphs.Linear();
        var weight = model.Graph.Initializer[0];
        (weight.DataType, weight.RawData) = (type, ByteString.CopyFrom(new byte[3]));
        Assert.That(() => Check(model.Proto.ToByteArray()), Throws.Nothing);
    }

    [Test]
    public void Check_ExternalData_IsNotRead()
    {
        var model = Graphs.Linear(inputs: 100, outputs: 50);
        var weight = model.Graph.Initializer[0];
        weight.ClearRawData();
        weight.DataLocation = DataLocation.External;
        weight.ExternalData.Add(new Schema.StringStringEntryProto { Key = "location", Value = "not-there" });
        Assert.That(() => Check(model.Proto.ToByteArray()), Throws.Nothing);
    }

    [Test]
    public void Check_CutShort_IsRefusedAtEveryLength()
    {
        byte[] model = Graphs.Linear(inputs: 100, outputs: 50).Proto.ToByteArray();
        for (int length = 0; length < model.Length; length += length < 1000 ? 1 : 97)
        {
            byte[] cut = model[..length];
            Assert.That(() => Check(cut), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Check_NestedTooDeep_IsRefused()
    {
        // A field of a message that holds itself: graphs in attributes of nodes of graphs.
        byte[] inner = [];
        for (int depth = 0; depth < 60; depth++)
        {
            inner = Field(1, Field(5, Field(6, inner)));
        }

        Assert.That(() => Check(Field(7, inner)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("nested"));
    }

    private static byte[] Field(int number, byte[] content)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
        output.Flush();
        return bytes.ToArray();
    }

    private void Check(byte[] model)
    {
        File.WriteAllBytes(_path, model);
        GraphCheck.CheckBytes(model);
        GraphCheck.CheckFile(_path);
    }
}
