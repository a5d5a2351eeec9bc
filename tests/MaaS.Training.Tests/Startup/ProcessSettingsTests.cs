using System.Runtime.InteropServices;
using MaaS.Training.Startup;
using TorchSharp;

namespace MaaS.Training.Tests.Startup;

public sealed class ProcessSettingsTests
{
    [Test]
    [Platform("Unix")]
    public void Set_AVariable_IsSeenByNativeCodeAndByDotNet()
    {
        ProcessEnvironment.Set("MAAS_TEST_VARIABLE", "grün 1");

        Assert.That(Marshal.PtrToStringUTF8(NativeVariable("MAAS_TEST_VARIABLE")), Is.EqualTo("grün 1"));
        Assert.That(ProcessEnvironment.Get("MAAS_TEST_VARIABLE"), Is.EqualTo("grün 1"));
    }

    [Test]
    [Platform("Linux")]
    public void Apply_OnLinux_SetsWhatTheUserHasNot()
    {
        _ = TorchRuntime.Ensure();

        var settings = ProcessSettings.Applied.ToDictionary(static s => s.Name);

        Assert.That(settings.Values.All(static s => s.Source is ProcessSetting.FromMaaS or ProcessSetting.FromUser));
        Assert.That(settings, Does.ContainKey("malloc thresholds"));
        if (settings.TryGetValue("GOMP_SPINCOUNT", out var spin))
        {
            Assert.That(Marshal.PtrToStringUTF8(NativeVariable("GOMP_SPINCOUNT")), Is.EqualTo(spin.Value));
        }
    }

    [Test]
    public void Version_OfTheLoadedLibrary_IsThatOfTorchSharp()
    {
        using var any = torch.zeros(1);

        Assert.That(LibTorchLibrary.IsLoaded);
        Assert.That(LibTorchLibrary.Version, Does.StartWith("2.10"));
    }

    [Test]
    public void Ensure_InThisProcess_ReportsRightOperators()
    {
        var report = TorchRuntime.Ensure();

        Assert.That(report.IsEnabled);
        Assert.That(report.Errors, Is.Not.Empty);
        Assert.That(report.Errors.Any(static e => e.IsWrong), Is.False);
        Assert.That(report.OneDnn == OneDnnLadder.Off, Is.EqualTo(!LibTorchLibrary.UsesOneDnn));
        Assert.That(TorchRuntime.Ensure(), Is.SameAs(report));
    }

    private static nint NativeVariable(string name)
    {
        var getenv = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "getenv");
        return Marshal.GetDelegateForFunctionPointer<GetEnvironment>(getenv)(name);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
