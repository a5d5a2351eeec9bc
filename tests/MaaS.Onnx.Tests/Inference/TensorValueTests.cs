using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Tests.Inference;

public sealed class TensorValueTests
{
    [Test]
    public void Of_Array_IsAViewOfIt()
    {
        var data = new[] { 1f, 2, 3, 4, 5, 6 };
        using var value = TensorValue.Of(data, 2, 3);

        data[5] = 60;

        Assert.That(value.AsSpan<float>()[5], Is.EqualTo(60));
        Assert.That(value.ToString(), Is.EqualTo("float32[2,3]"));
    }

    [Test]
    public void Of_Scalar_HasOneElement() => Assert.That(TensorValue.Of(new[] { 7 }).Count, Is.EqualTo(1));

    [Test]
    public unsafe void Data_PinnedSlice_PointsIntoTheArray()
    {
        var data = new[] { 1, 2, 3 };
        using var value = TensorValue.Of(data.AsMemory(1), 2);

        using var pin = value.Data[4..].Pin();

        Assert.That(*(int*)pin.Pointer, Is.EqualTo(3));
    }

    [TestCase(5, new long[] { 2, 3 })]
    [TestCase(1, new long[] { -1 })]
    [TestCase(1, new long[] { 4_000_000_000, 4_000_000_000 })]
    public void Of_WrongShape_Throws(int length, long[] shape)
        => Assert.That(
            () => TensorValue.Of(new float[length], shape),
            Throws.ArgumentException.With.Message.Contains(string.Join(',', shape)));

    [Test]
    public void Of_ZeroAxisBesideHugeOnes_IsEmpty()
        => Assert.That(TensorValue.Of(Array.Empty<float>(), long.MaxValue, long.MaxValue, 0).Count, Is.Zero);

    [Test]
    public void AsSpan_OtherType_Throws()
    {
        using var value = TensorValue.Of(new float[1], 1);

        Assert.That(
            () => value.AsSpan<int>().Length, Throws.InvalidOperationException.With.Message.Contains("float32"));
    }

    [Test]
    public void AsSpan_UInt16OfBFloat16_ShowsTheBits()
    {
        using var value = new TensorValue(ElementType.BFloat16, [1], new byte[] { 0x80, 0x3f });

        Assert.That(value.AsSpan<ushort>()[0], Is.EqualTo(0x3f80));
    }
}
