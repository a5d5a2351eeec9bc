using MaaS.Cli.Tests.Registry;
using MaaS.Cli.Tests.Serving;
using MaaS.Tests;

namespace MaaS.Cli.Tests;

/// <summary><c>maas import</c>.</summary>
internal sealed class ImportTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public async Task MakeNetwork()
    {
        _folder = new TemporaryFolder();
        await ScalePackages.MakeAsync(_folder["package"], "m", 1);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Import_Network_IsServed()
    {
        File.Copy(_folder["package/model.onnx"], _folder["scale.onnx"]);
        Directory.CreateDirectory(_folder["models"]);

        var output = await RunAsync(0, "import", "scale.onnx", "-o", "models/scale.maas", "--name", "imported");

        Assert.That(output, Does.Contain("x: float32[batch,1]").And.Contain("y: float32[batch,1]"));
        using var server = await ServeProcess.StartAsync(_folder["models"]);
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.That(await ServeProcess.AskAsync(client, "imported", 3), Is.EqualTo(1));
    }

    [Test]
    public async Task Import_FolderOfTriton_TakesItsNewestVersion()
    {
        Directory.CreateDirectory(_folder["scale/2"]);
        File.Copy(_folder["package/model.onnx"], _folder["scale/2/model.onnx"]);

        Assert.That(await RunAsync(0, "import", "scale", "-o", "scale.maas"), Does.Contain("version 2 of the folder"));
        Assert.That(
            await RunAsync(1, "import", "scale", "-o", "scale.maas"), Does.Contain("expected no package there yet"));
    }

    [TestCase("found nothing at", 2, "nothing", "-o", "x.maas")]
    [TestCase("config.json", 1, ".", "-o", "x.maas")]
    public async Task Import_BadInput_SaysWhatWasExpected(string expected, int code, params string[] arguments)
        => Assert.That(await RunAsync(code, ["import", .. arguments]), Does.Contain(expected));

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(code, Is.EqualTo(expected), output + error);
        return output + error;
    }
}
