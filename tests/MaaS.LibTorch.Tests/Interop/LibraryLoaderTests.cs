using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace MaaS.LibTorch.Tests.Interop;

public class LibraryLoaderTests
{
    [Test]
    public void CheckAbi_LibraryOfAnotherVersion_SaysWhatToDo()
    {
        var path = Path.Combine(TestContext.CurrentContext.TestDirectory, "libmaas_torch.so");
        var library = NativeLibrary.Load(path);
        Assert.That(() => LibraryLoader.CheckAbi(library, path), Throws.Nothing);
        Assert.That(
            () => LibraryLoader.CheckAbi(library, path, expected: 999),
            Throws.TypeOf<BadImageFormatException>().With.Message.Contains("expected interface version 999").And.Message.Contains("run ./maas setup"));
    }

    [Test]
    public void CheckAbi_LibraryWithoutVersion_SaysSo() =>
        Assert.That(
            () => LibraryLoader.CheckAbi(NativeLibrary.Load("libc.so.6"), "libc.so.6"),
            Throws.TypeOf<BadImageFormatException>().With.Message.Contains("older than the first"));

    [Test]
    public void Candidates_AssemblyInsideAPackage_IncludeThePackagesNativeFolder() =>
        Assert.That(
            LibraryLoader.Candidates("/packages/maas.libtorch/0.1.0/lib/net10.0"),
            Does.Contain("/packages/maas.libtorch/0.1.0/runtimes/linux-x64/native/libmaas_torch.so"));
}
