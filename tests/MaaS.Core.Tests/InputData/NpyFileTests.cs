using MaaS.Core.InputData;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.InputData;

/// <summary>Arrays of 0, 1, 2, … that NumPy wrote.</summary>
public sealed class NpyFileTests
{
    private static readonly double[] Six = [0, 1, 2, 3, 4, 5];

    [TestCase("i1", ElementType.Int8)]
    [TestCase("i2", ElementType.Int16)]
    [TestCase("i4", ElementType.Int32)]
    [TestCase("i8", ElementType.Int64)]
    [TestCase("u1", ElementType.UInt8)]
    [TestCase("u2", ElementType.UInt16)]
    [TestCase("u4", ElementType.UInt32)]
    [TestCase("u8", ElementType.UInt64)]
    [TestCase("f2", ElementType.Float16), TestCase("f4", ElementType.Float32), TestCase("f8", ElementType.Float64)]
    public void Read_BothByteOrders_GivesTheValues(string kind, ElementType type)
    {
        foreach (string file in new[] { $"little_{kind}.npy", $"big_{kind}.npy" }.Select(ArrayFixture.PathOf)
            .Where(File.Exists))
        {
            var tensor = NpyFile.Read(file);
            Assert.That(tensor.Type, Is.EqualTo(type));
            Assert.That(tensor.Shape.ToArray(), Is.EqualTo(new long[] { 2, 3 }));
            Assert.That(Numbers(tensor), Is.EqualTo(Six), file);
        }
    }

    [Test]
    public void Read_FortranOrder_BecomesRowMajor()
    {
        var tensor = NpyFile.Read(ArrayFixture.PathOf("fortran.npy"));
        Assert.That(tensor.Shape.ToArray(), Is.EqualTo(new long[] { 2, 3, 4 }));
        Assert.That(Numbers(tensor), Is.EqualTo(Enumerable.Range(0, 24).Select(static i => (double)i)));
    }

    [Test]
    public void Read_BooleansScalarsEmptyArraysAndTexts()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                NpyFile.Read(ArrayFixture.PathOf("bool.npy")).AsSpan<bool>().ToArray(),
                Is.EqualTo(new[] { true, false, true }));
            var scalar = NpyFile.Read(ArrayFixture.PathOf("scalar.npy"));
            Assert.That(scalar.Shape.Length, Is.Zero);
            Assert.That(scalar.AsSpan<float>()[0], Is.EqualTo(7.5f));
            Assert.That(
                NpyFile.Read(ArrayFixture.PathOf("empty.npy")).Shape.ToArray(), Is.EqualTo(new long[] { 0, 3 }));
            Assert.That(
                NpyFile.Read(ArrayFixture.PathOf("texts.npy")).Strings.ToArray(),
                Is.EqualTo(new[] { "ja", "", "größer" }));
            Assert.That(
                NpyFile.Read(ArrayFixture.PathOf("bytes.npy")).Strings.ToArray(), Is.EqualTo(new[] { "ab", "c" }));
        }
    }

    [TestCase("version2.npy"), TestCase("version3.npy")]
    public void Read_NewerVersions_AreRead(string file) =>
        Assert.That(
            NpyFile.Read(ArrayFixture.PathOf(file)).AsSpan<long>().ToArray(), Is.EqualTo(new long[] { 0, 1, 2, 3 }));

    [TestCase("complex.npy", "'<c16'")]
    [TestCase("objects.npy", "'|O'")]
    [TestCase("records.npy", "one element type")]
    [TestCase("stored.npz", "other bytes")]
    public void Read_WhatTensorsCannotHold_NamesFileAndType(string file, string expected) =>
        Assert.That(
            () => NpyFile.Read(ArrayFixture.PathOf(file)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain(file).And.Message.Contain(expected));

    [Test]
    public void Read_EveryCutAndOtherBytes_AreRefused()
    {
        byte[] whole = File.ReadAllBytes(ArrayFixture.PathOf("little_f4.npy"));
        for (int length = 0; length < whole.Length; length++)
        {
            using var cut = new MemoryStream(whole[..length]);
            Assert.That(
                () => NpyFile.Read(cut, length, "cut.npy"),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contain("cut.npy"), $"{length} bytes");
        }
        byte[] longer = [.. whole, 0];
        using var more = new MemoryStream(longer);
        Assert.That(() => NpyFile.Read(more, longer.Length, "long.npy"), Throws.InstanceOf<InvalidDataException>());
    }

    /// <summary>A header may ask for any size; memory is taken for what is there.</summary>
    [TestCase("(9223372036854775807, 9)"), TestCase("(4000000000,)"), TestCase("(-1,)"), TestCase("(2, x)")]
    public void Read_HostileShape_IsRefused(string shape)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n";
        byte[] bytes = [
            0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.Latin1.GetBytes(header),
            .. new byte[8],
        ];
        using var stream = new MemoryStream(bytes);
        Assert.That(() => NpyFile.Read(stream, bytes.Length, "hostile.npy"), Throws.InstanceOf<InvalidDataException>());
    }

    private static double[] Numbers(TensorValue tensor) => tensor.Type switch
    {
        ElementType.Int8 => As<sbyte>(tensor, static v => v),
        ElementType.Int16 => As<short>(tensor, static v => v),
        ElementType.Int32 => As<int>(tensor, static v => v),
        ElementType.Int64 => As<long>(tensor, static v => v),
        ElementType.UInt8 => As<byte>(tensor, static v => v),
        ElementType.UInt16 => As<ushort>(tensor, static v => v),
        ElementType.UInt32 => As<uint>(tensor, static v => v),
        ElementType.UInt64 => As<ulong>(tensor, static v => v),
        ElementType.Float16 => As<Half>(tensor, static v => (double)v),
        ElementType.Float32 => As<float>(tensor, static v => v),
        _ => As<double>(tensor, static v => v),
    };

    private static double[] As<T>(TensorValue tensor, Converter<T, double> convert) where T : unmanaged =>
        Array.ConvertAll(tensor.AsSpan<T>().ToArray(), convert);
}
