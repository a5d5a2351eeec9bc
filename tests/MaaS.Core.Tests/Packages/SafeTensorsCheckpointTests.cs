using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Core.Tests.Packages;

public sealed class SafeTensorsCheckpointTests
{
    private const string Index = SafeTensorsCheckpoint.IndexFileName;

    private static SafeTensorsSource Ramp(string name, params long[] shape)
        => SafeTensorsSource.Of(
            name,
            TensorValue.Of(
                Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => i + name[0] * 0.5f)
                    .ToArray(), shape));

    [Test]
    public void Write_AboveTheSize_SplitsInTheCommonLayout()
    {
        using var folder = new TemporaryFolder();

        var files = SafeTensorsCheckpoint.Write(
            folder.Path, [Ramp("a", 4), Ramp("b", 2, 3), Ramp("c", 1), Ramp("d", 20)], null, maxFileBytes: 41);

        Assert.That(files, Is.EqualTo(new[]
        {
            "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
            Index,
        }));
        Assert.That(folder.All(), Is.EquivalentTo(files));
        using var index = JsonDocument.Parse(File.ReadAllBytes(folder[Index]));
        Assert.That(index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64(), Is.EqualTo(4 * 31));
        Assert.That(
            index.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(p => $"{p.Name}:{p.Value.GetString()![6..11]}"),
            Is.EqualTo(new[] { "a:00001", "b:00001", "c:00002", "d:00003" }));
        Assert.That(SafeTensorsParser.Parse(folder[files[1]]).GetProperty("tensors").GetProperty("c")[2].GetString(),
            Is.EqualTo(Convert.ToHexStringLower(BitConverter.GetBytes('c' * 0.5f))));
    }

    [Test]
    public void Open_FolderIndexOrFile_FindsEveryTensor()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsCheckpoint.Write(
            folder.Path, [Ramp("a", 4), Ramp("b", 2, 3)], new Dictionary<string, string> { ["format"] = "pt" },
            maxFileBytes: 20);

        foreach (var path in new[] { folder.Path, folder[Index] })
        {
            using var checkpoint = SafeTensorsCheckpoint.Open(path);
            Assert.That(checkpoint.Entries.Select(e => e.Name), Is.EqualTo(new[] { "a", "b" }));
            Assert.That(checkpoint["b"].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 49f, 50, 51, 52, 53, 54 }));
            Assert.That(checkpoint.Metadata["format"], Is.EqualTo("pt"));
            Assert.That(() => checkpoint["c"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'c'"));
        }

        using var one = SafeTensorsCheckpoint.Open(folder["model-00002-of-00002.safetensors"]);
        Assert.That(one.Entries.Select(e => e.Name), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void Write_OverAnother_ReplacesAllItsFiles()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), Ramp("b", 4), Ramp("c", 4)], null, maxFileBytes: 16);
        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), Ramp("b", 4)], null, maxFileBytes: 16);
        Assert.That(folder.All(), Has.Count.EqualTo(3));

        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("z", 4)]);
        Assert.That(folder.All(), Is.EqualTo(new[] { SafeTensorsCheckpoint.FileName }));

        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), Ramp("b", 4)], null, maxFileBytes: 16);
        using var checkpoint = SafeTensorsCheckpoint.Open(folder.Path);
        Assert.That(checkpoint.Entries.Select(e => e.Name), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void Write_TensorsOfAnotherCheckpoint_CopiesThem()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsCheckpoint.Write(folder["a"], [Ramp("a", 4), Ramp("b", 2, 3)], null, maxFileBytes: 16);
        using var source = SafeTensorsCheckpoint.Open(folder["a"]);

        SafeTensorsCheckpoint.Write(folder["b"], source.Entries.Select(e => SafeTensorsSource.Of(source, e.Name)));

        using var copy = SafeTensorsFile.Open(Path.Combine(folder["b"], SafeTensorsCheckpoint.FileName));
        foreach (var entry in source.Entries)
        {
            Assert.That(copy[entry.Name].ToString(), Is.EqualTo(source[entry.Name].ToString()));
            Assert.That(copy[entry.Name].Data.ToArray(), Is.EqualTo(source[entry.Name].Data.ToArray()));
        }
    }

    [Test]
    public void Write_SourceFails_KeepsTheOldCheckpointWhole()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), Ramp("b", 4)], null, maxFileBytes: 16);
        var before = folder.All().ToDictionary(f => f, f => File.ReadAllBytes(folder[f]));
        var full = new SafeTensorsSource(
            "c", ElementType.Float32, [4], _ => throw new IOException("No space left on device"));

        Assert.That(
            () => SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), full], null, maxFileBytes: 16),
            Throws.TypeOf<IOException>());

        Assert.That(folder.All().ToDictionary(f => f, f => File.ReadAllBytes(folder[f])), Is.EqualTo(before));
    }

    [TestCase("""{"weight_map":{"a":"../a.safetensors"}}""", "plain name")]
    [TestCase("""{"weight_map":{"a":".."}}""", "plain name")]
    [TestCase("""{"weight_map":{"a":7}}""", "weight_map")]
    [TestCase("""{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}""", "each once")]
    [TestCase("""{"weights":{}}""", "weight_map")]
    [TestCase("""{"weight_map":""", "weight_map")]
    [TestCase("""{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}""", "expected 'b' in one.safetensors")]
    [TestCase("""{"weight_map":{"b":"one.safetensors"}}""", "got 'a', which it puts in no file")]
    public void Open_BrokenIndex_ThrowsInvalidData(string index, string message)
    {
        using var folder = new TemporaryFolder();
        SafeTensorsFile.Write(folder["one.safetensors"], [Ramp("a", 4)]);
        File.WriteAllText(folder[Index], index);

        Assert.That(
            () => SafeTensorsCheckpoint.Open(folder.Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Open_MissingFiles_ThrowsAndNamesThem()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => SafeTensorsCheckpoint.Open(folder.Path),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains(Index));

        SafeTensorsCheckpoint.Write(folder.Path, [Ramp("a", 4), Ramp("b", 4)], null, maxFileBytes: 16);
        File.Delete(folder["model-00002-of-00002.safetensors"]);
        Assert.That(
            () => SafeTensorsCheckpoint.Open(folder.Path),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("model-00002-of-00002"));
    }
}
