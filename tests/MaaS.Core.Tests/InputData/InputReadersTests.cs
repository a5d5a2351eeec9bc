using MaaS.Core.InputData;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Core.Tests.InputData;

public sealed class InputReadersTests
{
    private static readonly TensorSpec[] Three =
    [
        new("ids", ElementType.Int64, [-1, 4]), new("x:0", ElementType.Float32, [1, 2]),
        new("scope/mask", ElementType.Bool, [-1, -1]),
    ];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("stored.npz"), TestCase("deflated.npz")]
    public void InputFolder_Npz_GivesTheArraysByName(string file)
    {
        File.Copy(ArrayFixture.PathOf(file), At("b.npz"));
        File.Copy(ArrayFixture.PathOf(file), At("a.npz"));

        var runs = new InputFolder(_folder.Path, Three);

        Assert.That(runs.Count, Is.EqualTo(2));
        foreach (var run in runs.Concat(new InputFolder(At("a.npz"), Three)))
        {
            Assert.That(run["ids"].AsSpan<long>().ToArray(), Is.EqualTo(new long[] { 0, 1, 2, 3 }));
            Assert.That(run["x:0"].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 0f, 0.5f }));
            Assert.That(run["scope/mask"].AsSpan<bool>().ToArray(), Is.EqualTo(new[] { true, false }));
        }
    }

    [Test]
    public void InputFolder_NpyOfOneInput_IsARunEach()
    {
        File.Copy(ArrayFixture.PathOf("little_f4.npy"), At("1.npy"));
        File.Copy(ArrayFixture.PathOf("big_f4.npy"), At("2.npy"));
        var runs = new InputFolder(_folder.Path, [new("x", ElementType.Float32, [-1, 3])]).ToList();
        Assert.That(runs, Has.Count.EqualTo(2));
        Assert.That(runs[1]["x"].AsSpan<float>().ToArray(), Is.EqualTo(runs[0]["x"].AsSpan<float>().ToArray()));
    }

    [Test]
    public void InputFolder_FoldersOfNpy_AreARunEach()
    {
        TensorSpec[] inputs = [new("x:0", ElementType.Float32, [-1, 3]), new("n", ElementType.Int64, [-1])];
        foreach (string run in (string[])["first", "second"])
        {
            Directory.CreateDirectory(At(run));
            File.Copy(ArrayFixture.PathOf("little_f4.npy"), At(run, "x_0.npy"));
            File.Copy(ArrayFixture.PathOf("version2.npy"), At(run, "n.npy"));
        }
        Assert.That(
            new InputFolder(_folder.Path, inputs).Select(static run => run["n"].Count), Is.EqualTo(new[] { 4, 4 }));
        Assert.That(
            new InputFolder(At("first"), inputs).Single()["x:0"].Shape.ToArray(), Is.EqualTo(new long[] { 2, 3 }));
    }

    [Test]
    public void InputFolder_WhatDoesNotFit_NamesFileAndExpectation()
    {
        File.Copy(ArrayFixture.PathOf("little_f8.npy"), At("double.npy"));
        TensorSpec floats = new("x", ElementType.Float32, [-1, 3]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new InputFolder(At("double.npy"), [floats]).First(),
                Throws.InstanceOf<InvalidDataException>()
                    .With.Message.Contain(
                        "double.npy: input 'x': expected float32[-1,3], got float64[2,3]; save it with "
                            + ".astype('float32')"));
            Assert.That(
                () => new InputFolder(ArrayFixture.PathOf("stored.npz"), [floats]).First(),
                Throws.InstanceOf<InvalidDataException>()
                    .With.Message.Contain("stored.npz: expected the inputs x, got ids"));
            Assert.That(
                () => new InputFolder(ArrayFixture.PathOf("bool.npy"), Three).First(),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contain(".npz"));
            Assert.That(
                () => new InputFolder(_folder.Path, Three),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contain("found none"));
            Assert.That(() => new InputFolder(At("missing"), Three), Throws.InstanceOf<FileNotFoundException>());
        }
    }

    [Test]
    public void NpzFile_NoArchiveOrOtherContent_NamesTheFile()
    {
        File.WriteAllText(At("text.npz"), "no zip");
        using (var archive = System.IO.Compression.ZipFile.Open(
            At("other.npz"), System.IO.Compression.ZipArchiveMode.Create))
        {
            archive.CreateEntry("readme.txt");
        }
        Assert.That(
            () => NpzFile.Read(At("text.npz")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("text.npz"));
        Assert.That(
            () => NpzFile.Read(At("other.npz")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("readme.txt"));
    }

    [Test]
    public void InputLines_NestedArrays_BecomeTensors()
    {
        File.WriteAllText(At("runs.jsonl"), """
            {"ids": [[1, 2, 3, 4]], "x:0": [[0.5, -2e3]], "scope/mask": [[true, 0]]}

            {"scope/mask": [[false], [true]], "x:0": [[1, 2]], "ids": [[5, 6, 7, 8], [1, 1, 1, 1]]}
            """);

        var runs = new InputLines(At("runs.jsonl"), Three).ToList();

        Assert.That(runs, Has.Count.EqualTo(2));
        Assert.That(runs[0]["x:0"].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 0.5f, -2000 }));
        Assert.That(runs[0]["scope/mask"].AsSpan<bool>().ToArray(), Is.EqualTo(new[] { true, false }));
        Assert.That(runs[1]["ids"].Shape.ToArray(), Is.EqualTo(new long[] { 2, 4 }));
    }

    [TestCase(ElementType.UInt8, "[0, 255]")]
    [TestCase(ElementType.Int8, "[-128, 127]")]
    [TestCase(ElementType.Int32, "[1, 2]")]
    [TestCase(ElementType.UInt16, "[0, 65535]")]
    [TestCase(ElementType.Int16, "[-32768, 1]")]
    [TestCase(ElementType.UInt32, "[0, 4294967295]")]
    [TestCase(ElementType.UInt64, "[0, 18446744073709551615]")]
    [TestCase(ElementType.Float16, "[0.5, 2]")]
    [TestCase(ElementType.Float64, "[0.1, 1e300]")]
    [TestCase(ElementType.String, "[\"a\", \"ü\"]")]
    public void InputLines_EveryElementType_IsRead(ElementType type, string json)
    {
        File.WriteAllText(At("one.jsonl"), $"{{\"x\": {json}}}");
        var value = new InputLines(At("one.jsonl"), [new("x", type, [-1])]).Single()["x"];
        Assert.That(value.Type, Is.EqualTo(type));
        Assert.That(value.Count, Is.EqualTo(2));
    }

    [TestCase("""{"x": [1, 256]}""", "line 2, input 'x': expected uint8, got 256")]
    [TestCase("""{"x": [1, 0.5]}""", "expected uint8, got 0.5")]
    [TestCase("""{"x": [1, "a"]}""", "expected uint8, got \"a\"")]
    [TestCase("""{"x": [[1, 2], [3]]}""", "equal lengths")]
    [TestCase("""{"x": [[1], 2]}""", "equal lengths")]
    [TestCase("""{"x": [1]}""", "expected uint8[2], got uint8[1]")]
    [TestCase("""{"y": [1, 2]}""", "expected the inputs x, got 'y'")]
    [TestCase("{}", "expected the inputs x, got none")]
    [TestCase("[1]", "expected an object")]
    [TestCase("{\"x\": ", "expected a JSON object")]
    public void InputLines_WhatDoesNotFit_NamesLineAndInput(string line, string expected)
    {
        File.WriteAllText(At("bad.jsonl"), $"{{\"x\": [1, 2]}}\n{line}\n");
        Assert.That(
            () => new InputLines(At("bad.jsonl"), [new("x", ElementType.UInt8, [2])]).ToList(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("bad.jsonl, line 2")
                .And.Message.Contain(expected));
    }

    private string At(params string[] names) => Path.Combine([_folder.Path, .. names]);
}
