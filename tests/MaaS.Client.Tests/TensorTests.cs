namespace MaaS.Client.Tests;

/// <summary>Tensors as they go over the wire.</summary>
public sealed class TensorTests
{
    // Bits from the definition: the upper half of float32, rounded to nearest, ties to even.
    [TestCase(1f, 0x3F80)]
    [TestCase(-2f, 0xC000)]
    [TestCase(1.00390625f, 0x3F80, Description = "tie, down to even")]
    [TestCase(1.01171875f, 0x3F82, Description = "tie, up to even")]
    [TestCase(3.4e38f, 0x7F80, Description = "too large for 8 bits of precision")]
    [TestCase(float.NegativeInfinity, 0xFF80)]
    public void OfBFloat16_Value_IsRoundedToNearestEven(float value, int bits)
        => Assert.That(Tensor.OfBFloat16("x", [value], 1).ToArray<ushort>()[0], Is.EqualTo((ushort)bits));

    [Test]
    public void OfBFloat16_NaN_StaysNaN()
        => Assert.That(Tensor.OfBFloat16("x", [BitConverter.UInt32BitsToSingle(0x7F800001)], 1).ToSingles()[0], Is.NaN);

    [Test]
    public void OfBytes_AnyBytes_ComeBack()
    {
        byte[][] elements = [[0xFF, 0xFE], [], [0, 0, 0, 0, 1]];

        Assert.That(Tensor.OfBytes("x", [.. elements], 3).ToByteArrays(), Is.EqualTo(elements));
    }

    [Test]
    public void Of_FaultyShapeOrType_Throws()
    {
        Assert.That(
            () => Tensor.Of("x", new float[3], 2, 2),
            Throws.ArgumentException.With.Message.Contains("expected 4 elements"));
        Assert.That(() => Tensor.Of("x", new float[4], -2, -2), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Tensor.Of("x", new char[1], 1), Throws.TypeOf<NotSupportedException>());
        Assert.That(
            () => Tensor.Of("x", new float[1], 1).ToStrings(),
            Throws.InvalidOperationException.With.Message.Contains("FP32"));
    }

    [TestCase("FP32", new byte[] { 0, 0, 0 })]
    [TestCase("BYTES", new byte[] { 9, 0, 0, 0, 1 })]
    [TestCase("BYTES", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [TestCase("FP8", new byte[] { 1 })]
    public void FromWire_OtherBytes_IsAFault(string datatype, byte[] data)
        => Assert.That(() => Tensor.FromWire("y", datatype, [1], data), Throws.TypeOf<FormatException>());
}
