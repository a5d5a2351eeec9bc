using MaaS.Training.Startup;

namespace MaaS.Training.Tests.Startup;

public sealed class NativeLibrariesTests
{
    // This system's own copy is mended where it has to be; tests/MaaS.Packaging.Tests/MendTests.cs compares with the
    // package's.
    private static byte[] Library
        => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native/libLibTorchSharp.so"));

    [Test]
    public void Mend_KnownLibrary_ChangesOneByteOnce()
    {
        RequireLinux();
        var library = Library;
        library[260660] = 0;
        var plain = library.ToArray();

        Assert.That(NativeLibraries.Mend(library), Is.True);
        Assert.That(
            Enumerable.Range(0, library.Length).Where(i => library[i] != plain[i]), Is.EqualTo(new[] { 260660 }));
        Assert.That(NativeLibraries.Mend(library), Is.False);
    }

    [Test]
    public void Mend_UnknownLibrary_RefusesAndChangesNothing()
    {
        RequireLinux();
        var library = Library;
        library[^1] ^= 1;
        var before = library.ToArray();

        Assert.That(
            () => NativeLibraries.Mend(library),
            Throws.TypeOf<DllNotFoundException>()
                .With.Message.Contains("expected the file of TorchSharp 0.107.0 (SHA-256 cf33b1b0"));
        Assert.That(library.AsSpan().SequenceEqual(before));
    }

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Only Linux has the file.");
        }
    }
}
