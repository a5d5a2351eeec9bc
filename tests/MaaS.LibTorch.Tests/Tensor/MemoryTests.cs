using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

public class MemoryTests
{
    [Test]
    public void Tensor_OfEveryType_RoundTrips()
    {
        using var scope = NewDisposeScope();
        Check<byte>(tensor(new byte[] { 1, 255 }), [1, 255], ScalarType.Byte);
        Check<sbyte>(tensor(new sbyte[] { -1, 5 }), [-1, 5], ScalarType.Int8);
        Check<short>(tensor(new short[] { -1, 500 }), [-1, 500], ScalarType.Int16);
        Check<int>(tensor(new[] { -1, 5 }), [-1, 5], ScalarType.Int32);
        Check<long>(tensor(new[] { -1L, 1L << 40 }), [-1, 1L << 40], ScalarType.Int64);
        Check<Half>(tensor(new[] { (Half)0.5, (Half)2 }), [(Half)0.5, (Half)2], ScalarType.Float16);
        Check<BFloat16>(tensor(new[] { BFloat16.One }), [BFloat16.One], ScalarType.BFloat16);
        Check<float>(tensor(new[] { 1.5f, -2 }), [1.5f, -2], ScalarType.Float32);
        Check<double>(tensor(new[] { 1.5, -2 }), [1.5, -2], ScalarType.Float64);
        Check<bool>(tensor(new[] { true, false }), [true, false], ScalarType.Bool);

        static void Check<T>(Tensor tensor, T[] expected, ScalarType type) where T : unmanaged
        {
            Assert.That(tensor.dtype, Is.EqualTo(type));
            Assert.That(tensor.data<T>().ToArray(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Tensor_OfNestedArray_HasItsShape()
    {
        using var tensor = torch.tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.That(tensor.shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(tensor.data<float>().ToNDArray(), Is.EqualTo(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
    }

    [Test]
    public void Tensor_OfArray_IsACopy()
    {
        float[] array = [1, 2];
        using var tensor = torch.tensor(array);
        array[0] = 9;
        Assert.That(tensor[0].ToSingle(), Is.EqualTo(1));
    }

    [Test]
    public void FromArray_OfSameType_SharesMemoryUntilDisposed()
    {
        float[] array = [1, 2];
        using (var tensor = from_array(array))
        {
            GC.Collect();
            tensor.add_(1);
        }
        Assert.That(array, Is.EqualTo(new float[] { 2, 3 }));
    }

    [Test]
    public void FromBuffer_WithOffset_IsAPartOfTheArray()
    {
        using var tensor = frombuffer(new[] { 1, 2, 3, 4 }, ScalarType.Int32, count: 2, offset: 1);
        Assert.That(tensor.data<int>().ToArray(), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(() => frombuffer(new int[2], ScalarType.Int32, count: 3), Throws.InstanceOf<IndexOutOfRangeException>());
    }

    [Test]
    public void Accessor_OfTransposedTensor_FollowsItsStrides()
    {
        using var scope = NewDisposeScope();
        var data = arange(6).reshape(2, 3).t().data<long>();
        Assert.That(data.ToArray(), Is.EqualTo(new long[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(data[2, 1], Is.EqualTo(5));
        data[1] = 7;
        Assert.That(data[0, 1], Is.EqualTo(7));
        data.CopyFrom([1, 2, 3], tensorIndex: 3);
        Assert.That(data, Is.EqualTo(new long[] { 0, 7, 1, 1, 2, 3 }));
        Assert.That(() => data[6], Throws.InstanceOf<IndexOutOfRangeException>());
        Assert.That(() => data[3, 0], Throws.InstanceOf<IndexOutOfRangeException>());
    }

    [Test]
    public void Bytes_OfContiguousTensor_ReadAndWrite()
    {
        using var tensor = zeros(2, int32);
        tensor.bytes = [1, 0, 0, 0, 2, 0, 0, 0];
        Assert.That(tensor.data<int>().ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(tensor.bytes[4], Is.EqualTo(2));
        using var transposed = zeros(2, 3).t();
        Assert.That(() => transposed.bytes.Length, Throws.InvalidOperationException);
    }

    [Test]
    public void Scalars_OfTensor_ConvertWhateverTheType()
    {
        using var scope = NewDisposeScope();
        Assert.That(tensor(3).ToDouble(), Is.EqualTo(3.0));
        Assert.That(tensor(2.5).ToInt32(), Is.EqualTo(2));
        Assert.That(tensor(true).ToBoolean());
        Assert.That((float)tensor(2.5f), Is.EqualTo(2.5f));
        Assert.That(tensor(7L).ToScalar().Type, Is.EqualTo(ScalarType.Int64));
    }

    [Test]
    public void BFloat16_OfFloat_RoundsToNearestEvenAsLibtorch()
    {
        float[] values = [1.00390625f, 1.01171875f, -3.14159f, 1e-40f, float.NaN, float.PositiveInfinity, 65504];
        using var converted = tensor(values).bfloat16();
        Assert.That(
            converted.data<BFloat16>().ToArray().Select(v => v.ToSingle()),
            Is.EqualTo(values.Select(v => new BFloat16(v).ToSingle())));
    }

    [TestCase(TorchSharp.TensorStringStyle.Metadata, "[2x2], type = Float32, device = cpu")]
    [TestCase(TorchSharp.TensorStringStyle.Julia, "[2x2], type = Float32, device = cpu\n   1  2\n 2.5 -4\n")]
    [TestCase(TorchSharp.TensorStringStyle.Numpy, "[[1, 2]\n [2.5, -4]]")]
    [TestCase(TorchSharp.TensorStringStyle.CSharp, "[2x2], type = Float32, device = cpu, value = \nfloat [,] {{1f, 2f},\n {2.5f, -4f}}")]
    public void ToString_OfMatrix_IsInItsStyle(TorchSharp.TensorStringStyle style, string expected)
    {
        using var tensor = torch.tensor(new[,] { { 1f, 2 }, { 2.5f, -4 } });
        Assert.That(tensor.ToString(style, newLine: "\n"), Is.EqualTo(expected));
    }

    [Test]
    public void ToString_OfLongVector_ShowsBothEnds()
    {
        using var tensor = arange(40);
        Assert.That(tensor.npstr(), Is.EqualTo("[0, 1, 2, ... 37, 38, 39]"));
    }
}
