using MaaS.Core.Files;

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
}
