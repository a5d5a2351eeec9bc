using System.Text;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;

namespace MaaS.Serving.Tests.Json;

public sealed class TensorJsonReaderTests
{
    [TestCase("[1,2,3]", "3", 1f, 2, 3)]
    [TestCase(" [ [ 1 , 2.5 ] ,\n\t[ -3e1 , 4 ] ] ", "2,2", 1, 2.5f, -30, 4)]
    [TestCase("[[[1],[2]],[[3],[4]],[[5],[6]]]", "3,2,1", 1, 2, 3, 4, 5, 6)]
    [TestCase("[1,\"NaN\",2]", "3", 1, float.NaN, 2)]
    [TestCase("[[],[]]", "2,0")]
    [TestCase("[]", "0")]
    [TestCase("7", "", 7)]
    public void Read_Floats_FindsShapeAndGoesOnBehindThem(string data, string shape, params float[] expected)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"a":{"data":{{data}},"b":[true]},"c":1}""");
        var reader = new Utf8JsonReader(json);
        while (!(reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("data"u8)))
        {
            reader.Read();
        }

        reader.Read();
        using var buffer = new TensorBuffer("x", ElementType.Float32, expectedElements: 1);

        var found = TensorJsonReader.Read(ref reader, json, buffer);

        Assert.That(string.Join(',', found), Is.EqualTo(shape));
        Assert.That(buffer.Floats().ToArray(), Is.EqualTo(expected));
        Assert.That(reader.Read() && reader.ValueTextEquals("b"u8));
        Assert.That(
            TensorJsonReader.Position(reader, json),
            Is.EqualTo(Encoding.UTF8.GetString(json).IndexOf("b\":", StringComparison.Ordinal)));
        while (reader.Read())
        {
        }

        Assert.That(reader.CurrentDepth, Is.Zero);
    }

    [TestCase("[[1,2],[3]]")]
    [TestCase("[1,[2]]")]
    [TestCase("[[1],2]")]
    [TestCase("[1,true]")]
    [TestCase("[1,1e39]")]
    public void Read_WrongElements_Is400(string data)
    {
        var json = Encoding.UTF8.GetBytes(data);
        Assert.That(
            () => Read(json),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind))
                .EqualTo(FaultKind.InvalidArgument));
    }

    [TestCase("[1,2")]
    [TestCase("[1,]")]
    [TestCase("[01]")]
    [TestCase("[1.]")]
    [TestCase("[[1],]")]
    [TestCase("[1 2]")]
    public void Read_NoJson_Throws(string data)
    {
        var json = Encoding.UTF8.GetBytes(data);
        Assert.That(() => Read(json), Throws.InstanceOf<JsonException>());
    }

    [Test]
    public void Read_LargeTensor_AllocatesNothingThatGrowsWithIt()
    {
        var small = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("0.12345678", 1_000))}]");
        var large = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("0.12345678", 100_000))}]");
        Read(large);

        long Allocated(byte[] json)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Read(json);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(Allocated(large), Is.LessThan(Allocated(small) + 1_000));
    }

    private static void Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        using var buffer = new TensorBuffer("x", ElementType.Float32);
        TensorJsonReader.Read(ref reader, json, buffer);
    }
}
