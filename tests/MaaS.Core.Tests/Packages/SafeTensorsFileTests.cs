using System.Buffers.Binary;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Core.Tests.Packages;

public sealed class SafeTensorsFileTests
{
    private static string EveryType
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Packages", "Fixtures", "every_type.safetensors");

    [Test]
    public void Open_EveryType_ReadsTheValuesOfTheSpecification()
    {
        using var file = SafeTensorsFile.Open(EveryType);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(file["f64"].AsSpan<double>().ToArray(), Is.EqualTo(new[] { 0.5, -1e300 }));
            Assert.That(file["i64"].AsSpan<long>().ToArray(), Is.EqualTo(new[] { -(1L << 62) }));
            Assert.That(file["i64"].Shape.Length, Is.Zero);
            Assert.That(file["u64"].AsSpan<ulong>()[0], Is.EqualTo(ulong.MaxValue));
            Assert.That(file["f32"].AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 0, 1, 2, 3, 4, 5 }));
            Assert.That(file["f32"].Shape.ToArray(), Is.EqualTo(new long[] { 2, 3 }));
            Assert.That(file["i32"].AsSpan<int>()[0], Is.EqualTo(-7));
            Assert.That(file["u32"].AsSpan<uint>()[0], Is.EqualTo(uint.MaxValue));
            Assert.That(file["f16"].AsSpan<Half>().ToArray(), Is.EqualTo(new[] { (Half)1.5, (Half)(-2) }));
            Assert.That(file["bf16"].AsSpan<ushort>().ToArray(), Is.EqualTo(new ushort[] { 0x3F80, 0xC000 }));
            Assert.That(file["i16"].AsSpan<short>()[0], Is.EqualTo(-300));
            Assert.That(file["u16"].AsSpan<ushort>()[0], Is.EqualTo(65535));
            Assert.That(file["i8"].AsSpan<sbyte>()[0], Is.EqualTo(-128));
            Assert.That(file["u8"].AsSpan<byte>().ToArray(), Is.EqualTo(new byte[] { 1, 2, 255 }));
            Assert.That(file["bool"].AsSpan<bool>().ToArray(), Is.EqualTo(new[] { true, false }));
            Assert.That(file["f8a"].Type, Is.EqualTo(ElementType.Float8E4M3));
            Assert.That(file["f8b"].Data.ToArray(), Is.EqualTo(new byte[] { 0x3C }));
            Assert.That(file["empty"].Shape.ToArray(), Is.EqualTo(new long[] { 0, 4 }));
            Assert.That(file.Metadata["grüße"], Is.EqualTo("ja"));
        }
    }

    [Test]
    public void Write_EveryType_RoundTripsAligned()
    {
        using var folder = new TemporaryFolder();
        using var source = SafeTensorsFile.Open(EveryType);

        SafeTensorsFile.Write(
            folder["a.safetensors"], source.Entries.Reverse().ToDictionary(e => e.Name, e => source[e.Name]),
            source.Metadata);

        using var back = SafeTensorsFile.Open(folder["a.safetensors"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(back.Entries, Has.Count.EqualTo(source.Entries.Count));
            Assert.That(back.Metadata, Is.EqualTo(source.Metadata));
            foreach (var entry in source.Entries)
            {
                Assert.That(back[entry.Name].Data.ToArray(), Is.EqualTo(source[entry.Name].Data.ToArray()), entry.Name);
                Assert.That(back[entry.Name].ToString(), Is.EqualTo(source[entry.Name].ToString()));
            }

            Assert.That(back.Entries.All(e => e.Begin % e.Type.Size() == 0), "aligned");
            Assert.That(
                BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(folder["a.safetensors"])) % 8, Is.Zero,
                "header padded");
        }
    }

    [Test]
    public void Write_EveryType_IsParsedByAnIndependentReader()
    {
        using var folder = new TemporaryFolder();
        using var source = SafeTensorsFile.Open(EveryType);

        SafeTensorsFile.Write(
            folder["a.safetensors"], source.Entries.Select(e => SafeTensorsSource.Of(source, e.Name)), source.Metadata);

        var parsed = SafeTensorsParser.Parse(folder["a.safetensors"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parsed.GetProperty("metadata").GetProperty("grüße").GetString(), Is.EqualTo("ja"));
            Assert.That(parsed.GetProperty("tensors").EnumerateObject().Count(), Is.EqualTo(source.Entries.Count));
            foreach (var entry in source.Entries)
            {
                var tensor = parsed.GetProperty("tensors").GetProperty(entry.Name);
                Assert.That(tensor[0].GetString(), Is.EqualTo(entry.Type.SafeTensorsName()));
                Assert.That(tensor[1].EnumerateArray().Select(e => e.GetInt64()), Is.EqualTo(entry.Shape));
                Assert.That(tensor[2].GetString(), Is.EqualTo(Convert.ToHexStringLower(source[entry.Name].Data.Span)));
            }
        }
    }

    [Test]
    public void OpenRead_EveryTensor_GivesItsBytes()
    {
        using var file = SafeTensorsFile.Open(EveryType);
        foreach (var entry in file.Entries)
        {
            using var stream = file.OpenRead(entry.Name);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Assert.That(bytes.ToArray(), Is.EqualTo(file[entry.Name].Data.ToArray()), entry.Name);
        }
    }

    [Test]
    public void OpenRead_MoreThanTwoGiB_ReadsToTheEnd()
    {
        const long Count = (1L << 31) + 3;
        using var folder = new TemporaryFolder();
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"a":{"dtype":"U8","shape":[{{{Count}}}],"data_offsets":[0,{{{Count}}}]}}""");
        using (var sparse = File.Create(folder["a"]))
        {
            sparse.Write(BitConverter.GetBytes((long)header.Length));
            sparse.Write(header);
            sparse.SetLength(8 + header.Length + Count);
            sparse.Seek(-1, SeekOrigin.End);
            sparse.WriteByte(7);
        }

        using var file = SafeTensorsFile.Open(folder["a"]);
        using var stream = file.OpenRead("a");
        stream.Seek(-1, SeekOrigin.End);
        Assert.That((stream.Length, stream.ReadByte(), stream.ReadByte()), Is.EqualTo((Count, 7, -1)));
        Assert.That(() => file["a"], Throws.TypeOf<NotSupportedException>().With.Message.Contains("OpenRead"));
    }

    [TestCase("a", "a", 4, "got 'a'")]
    [TestCase("__metadata__", "b", 4, "got '__metadata__'")]
    [TestCase("a", "b", 3, "'a': expected 4 bytes for its shape [1], its source wrote 3")]
    [TestCase("a", "b", 5, "wrote 5")]
    public void Write_ImpossibleSources_ThrowsAndLeavesTheOldFile(
        string first, string second, int bytes, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["old"], "old");
        SafeTensorsSource Source(string name) => new(name, ElementType.Float32, [1], s => s.Write(new byte[bytes]));

        Assert.That(() => SafeTensorsFile.Write(folder["old"], [Source(first), Source(second)]),
            Throws.ArgumentException.With.Message.Contains(message));
        Assert.That(folder.All(), Is.EqualTo(new[] { "old" }));
        Assert.That(File.ReadAllText(folder["old"]), Is.EqualTo("old"));
    }

    [Test]
    public void Write_HeaderOverTheLimit_ThrowsAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var one = TensorValue.Of(new[] { 1f }, 1);

        Assert.That(
            () => SafeTensorsFile.Write(
                folder["a"], [SafeTensorsSource.Of("a", one)],
                new Dictionary<string, string> { ["x"] = new('x', 100_000_001) }),
            Throws.ArgumentException.With.Message.Contains("at most 100000000 bytes"));
        Assert.That(folder.All(), Is.Empty);
    }

    [Test]
    public void Write_SameTensors_GivesSameBytes()
    {
        using var folder = new TemporaryFolder();
        using var a = TensorValue.Of(new[] { 1f, 2 }, 2);
        using var b = TensorValue.Of(new[] { 3L }, 1);

        SafeTensorsFile.Write(folder["1"], new Dictionary<string, TensorValue> { ["a"] = a, ["b"] = b });
        SafeTensorsFile.Write(folder["2"], new Dictionary<string, TensorValue> { ["b"] = b, ["a"] = a });

        Assert.That(File.ReadAllBytes(folder["1"]), Is.EqualTo(File.ReadAllBytes(folder["2"])));
    }

    [Test]
    public void Write_Strings_ThrowsAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();

        Assert.That(
            () => SafeTensorsFile.Write(
                folder["a"], new Dictionary<string, TensorValue> { ["s"] = TensorValue.OfStrings(["x"], 1) }),
            Throws.TypeOf<NotSupportedException>());
        Assert.That(folder.All(), Is.Empty);
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "expected 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "start at byte 0, got 4")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5, "neither overlap")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}""", 6, "leave gaps")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "got 5; the file was cut or extended")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "got 3")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "sizes of 0 or more")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "fits memory")]
    [TestCase("""{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}""", 4, "got 'F99'")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "begin ≤ end")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "'a' twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1]}}""", 0, "data_offsets")]
    [TestCase("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "JSON header")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "JSON header")]
    [TestCase("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype once")]
    [TestCase("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice")]
    [TestCase("""{"a":5}""", 0, "StartObject")]
    [TestCase("""{"__metadata__":{"a":5}}""", 0, "String")]
    [TestCase("""{"a":{"dtype":"F32" """, 0, "JSON header")]
    [TestCase(""" {}""", 0, "starts with '{'")]
    public void Open_BrokenHeader_ThrowsInvalidData(string header, int dataLength, string message)
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(folder["a"], bytes);

        Assert.That(
            () => SafeTensorsFile.Open(folder["a"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message)
                .And.Message.StartsWith($"{folder["a"]}: "));
    }

    [TestCase(new byte[] { })]
    [TestCase(new byte[] { 2, 0, 0, 0 })]
    [TestCase(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 })]
    [TestCase(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 })]
    public void Open_BrokenLength_ThrowsInvalidData(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], bytes);

        Assert.That(() => SafeTensorsFile.Open(folder["a"]), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Open_AnyByteFlippedInTheHeader_NeverReadsOutside()
    {
        using var folder = new TemporaryFolder();
        var good = File.ReadAllBytes(EveryType);
        var headerEnd = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(good);
        for (var i = 0; i < headerEnd; i += 3)
        {
            var bytes = (byte[])good.Clone();
            bytes[i] ^= 0x15;
            File.WriteAllBytes(folder["a"], bytes);
            try
            {
                using var file = SafeTensorsFile.Open(folder["a"]);
                Assert.That(
                    file.Entries.Sum(e => file[e.Name].Data.ToArray().Length), Is.EqualTo(good.Length - headerEnd));
            }
            catch (InvalidDataException)
            {
                // Refused, as most flips must be.
            }
        }
    }

    [Test]
    public void Dispose_ThenRead_Throws()
    {
        var file = SafeTensorsFile.Open(EveryType);
        var value = file["f32"];

        file.Dispose();

        Assert.That(() => value.AsSpan<float>()[0], Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => file["f32"], Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Indexer_UnknownName_Throws()
    {
        using var file = SafeTensorsFile.Open(EveryType);

        Assert.That(() => file["nope"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'nope'"));
    }
}
