using MaaS.Primitives.Files;
using MaaS.Tests;


namespace MaaS.Core.Tests.Files;

public sealed class AtomicFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Write_FolderMissing_CreatesIt()
    {
        AtomicFile.WriteText(_folder["runs/today/note.txt"], "ä");

        Assert.That(File.ReadAllBytes(_folder["runs/today/note.txt"]), Is.EqualTo(new byte[] { 0xC3, 0xA4 }));
    }

    [Test]
    public void Write_WriterFails_KeepsTheOldFileAndLeavesNothing()
    {
        AtomicFile.WriteText(_folder["a"], "old");

        Assert.That(
            () => AtomicFile.Write(_folder["a"], stream =>
            {
                stream.Write("new"u8);
                throw new IOException("disk full");
            }),
            Throws.TypeOf<IOException>().With.Message.EqualTo("disk full"));
        Assert.That(File.ReadAllText(_folder["a"]), Is.EqualTo("old"));
        Assert.That(_folder.All(), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void EnsureWritable_PlaceThatCanBeWritten_LeavesTheFolderAlone()
    {
        AtomicFile.WriteText(_folder["a"], "old");

        AtomicFile.EnsureWritable(_folder["a"]);
        AtomicFile.EnsureWritable(_folder["b"]);

        Assert.That(File.ReadAllText(_folder["a"]), Is.EqualTo("old"));
        Assert.That(_folder.All(), Is.EqualTo(new[] { "a" }));
    }

    [TestCase("a/b", TestName = "{m}(below a file)")]
    [TestCase("folder", TestName = "{m}(a folder)")]
    public void EnsureWritable_PlaceThatCannot_NamesIt(string name)
    {
        AtomicFile.WriteText(_folder["a"], "a file, no folder");
        Directory.CreateDirectory(_folder["folder"]);

        Assert.That(
            () => AtomicFile.EnsureWritable(_folder[name]),
            Throws.TypeOf<IOException>().With.Message.StartsWith($"{_folder[name]}: expected a"));
    }
}
