using System.Runtime.InteropServices;
using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Tracing.LibTorch;

public class TracerSelfTestTests
{
    [Test]
    public void Run_WrongOffsets_AreRefusedWithoutACrash()
    {
        var expected = WrongOffset.All(new TracerLayout(16, 8, 40, 280)).Count();

        var (exitCode, output) = ChildProgram.Run("wrong-offsets");

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output.Trim(), Is.EqualTo($"refused {expected}"));
    }

    [Test]
    public void Find_LoadedLibTorch_HasTheVersionOfThePackage()
    {
        using var loads = ones(1);

        Assert.That(LoadedLibTorch.Find().Version, Is.EqualTo(new LibTorchVersion(2, 10, 0)));
    }

    [TestCase(0x020A_0000_0000_0000UL, "2.10.0"), TestCase(0x0209_0100_0000_0000UL, "2.9.1"),
        TestCase(0x0300_0000_1234_0000UL, "3.0.0")]
    public void FromAbi_Version_IsReadFromTheUpperBytes(ulong abi, string version) =>
        Assert.That(LibTorchVersion.FromAbi(abi).ToString(), Is.EqualTo(version));

    [TestCase(2, 11, 0), TestCase(2, 9, 1), TestCase(3, 0, 0)]
    public void Of_UnknownVersion_IsRefusedWithItAndTheKnownOnes(int major, int minor, int patch)
    {
        var refusal =
            Assert.Throws<TracingException>(
            () => TracerLayout.Of(new LibTorchVersion(major, minor, patch), CppAbi.Itanium))!;

        Assert.That(refusal.Message,
            Does.Contain($"got {major}.{minor}.{patch}").And.Contain("2.10.0").And.Contain("TorchSharp"));
    }

    [Test]
    public void Of_MacOS_IsRefusedByName() => Assert.That(
        () => CppAbis.Of(OSPlatform.OSX, Architecture.Arm64),
        Throws.InstanceOf<TracingException>().With.Message.Contains("macOS on Arm64"));

    [Test]
    public void Of_LinuxOnArm_IsRefused() =>
        Assert.That(() => CppAbis.Of(OSPlatform.Linux, Architecture.Arm64), Throws.InstanceOf<TracingException>());

    [Test]
    public void Of_LinuxAndWindowsOnX64_AreKnown()
    {
        Assert.That(CppAbis.Of(OSPlatform.Linux, Architecture.X64), Is.EqualTo(CppAbi.Itanium));
        Assert.That(CppAbis.Of(OSPlatform.Windows, Architecture.X64), Is.EqualTo(CppAbi.Msvc));
    }

    [Test]
    public void Export_UnknownFunction_IsNamed()
    {
        using var loads = ones(1);

        Assert.That(() => LoadedLibTorch.Find().Export("no_such_function"),
            Throws.InstanceOf<TracingException>().With.Message.Contains("no_such_function"));
    }

    [Test]
    public void Word_AddressWithoutMemory_IsAnError()
    {
        using var memory = new OwnMemory();

        Assert.That(() => memory.Word(0, 0, "field"),
            Throws.InstanceOf<TracingException>().With.Message.Contains("field"));
        Assert.That(() => memory.Word(unchecked((nint)0x7000_0000_0000_0000), 0, "field"),
            Throws.InstanceOf<TracingException>());
    }
}
