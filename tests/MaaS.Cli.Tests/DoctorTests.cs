using System.Text.Json;

namespace MaaS.Cli.Tests;

public sealed class DoctorTests
{
    private string _cache = null!;

    [SetUp]
    public void CreateCache() => _cache = Directory.CreateTempSubdirectory("maas-cache").FullName;

    [TearDown]
    public void DeleteCache() => Directory.Delete(_cache, recursive: true);

    [Test]
    public async Task Doctor_AsJson_MeasuresEverySettingAndChoosesARightOne()
    {
        var (code, output, error) = await RunAsync([], "doctor", "--json");

        Assert.That(code, Is.Zero, error);
        var report = JsonDocument.Parse(output).RootElement;
        var results = report.GetProperty("results").EnumerateArray().ToList();
        var settings = results.Select(static r => r.GetProperty("setting").GetString()).ToList();
        Assert.That(settings, Does.Contain("DEFAULT").And.Contain("OFF"));
        var chosen = results[settings.IndexOf(report.GetProperty("chosen").GetString())];
        Assert.That(chosen.GetProperty("isRight").GetBoolean());
        Assert.That(chosen.GetProperty("errors").EnumerateArray().All(static e =>
            e.GetProperty("error").GetDouble() <= e.GetProperty("tolerance").GetDouble()));
        Assert.That(report.GetProperty("versions").GetProperty("libtorch").GetString(), Does.StartWith("2.10."));
    }

    [Test]
    public async Task Doctor_AsText_PrintsVersionsSettingsAndTable()
    {
        var (code, output, error) = await RunAsync([], "doctor");

        Assert.That(code, Is.Zero, error);
        string[] parts =
        [
            "TorchSharp", "ONNX Runtime", "CUDA", "malloc thresholds", "lstm under no_grad", "depthwise conv2d",
            "DEFAULT", "oneDNN: ",
        ];
        foreach (var expected in parts)
        {
            Assert.That(output, Does.Contain(expected));
        }
    }

    [TestCase("OMP_WAIT_POLICY", "active", "OMP_WAIT_POLICY = active (environment)")]
    [TestCase("MALLOC_TRIM_THRESHOLD_", "1048576", "MALLOC_TRIM_THRESHOLD_=1048576 (environment)")]
    [TestCase("MAAS_ONEDNN", "off", "oneDNN = OFF (environment)")]
    [TestCase("ONEDNN_MAX_CPU_ISA", "AVX2", "oneDNN = AVX2 (environment)")]
    [Platform("Linux")]
    public async Task Doctor_UserSetAVariable_LeavesIt(string name, string value, string expected)
    {
        var (_, output, _) = await RunAsync(new() { [name] = value }, "doctor", "--quick");

        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public async Task Doctor_ProcessorIsKnownToBeWrong_TheNextProcessIsLimited()
    {
        var (_, first, _) = await RunAsync([], "doctor");
        var file = Directory.GetFiles(_cache).Single();
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(
            file, text.Replace("right DEFAULT", "wrong DEFAULT seen elsewhere", StringComparison.Ordinal));

        var (_, second, _) = await RunAsync([], "doctor", "--quick");

        Assert.That(first, Does.Contain("oneDNN = DEFAULT (library)"));
        Assert.That(second, Does.Contain("(MaaS)").And.Not.Contain("oneDNN = DEFAULT"));
    }

    [Test]
    public async Task Doctor_DefaultsAreSwitchedOff_SetsNothing()
    {
        var (_, output, _) = await RunAsync(new() { ["MAAS_TORCH_DEFAULTS"] = "0" }, "doctor", "--quick");

        Assert.That(output, Does.Not.Contain("malloc thresholds").And.Not.Contain("GOMP_SPINCOUNT"));
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(
        Dictionary<string, string> variables, params string[] arguments)
    {
        variables["MAAS_CACHE"] = _cache;
        return CommandProcess.RunWithAsync(variables, _cache, arguments);
    }
}
