using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Core.Registry;

namespace MaaS.Serving.Tests;

/// <summary>One server with every fixture for all tests of a class.</summary>
public abstract class ServerFixture
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    private protected TestServer Server => _server;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear", "mixed", "gather", "total", "same", "half", "text", "scale");
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        var registry = new ModelRegistry(_models.Path);
        using (var package = await ModelPackage.OpenAsync(_models["digits.maas"]))
        {
            for (var i = 0; i < 3; i++)
            {
                await registry.RegisterAsync(package, "registered");
            }
        }

        await registry.SetLabelAsync("registered", "stable", 1);
        _server = await TestServer.StartAsync(o => (o.ModelsPath, o.GrpcUrl) = (_models.Path, "http://127.0.0.1:0"));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private protected static double[] Flatten(JsonElement e)
        => e.ValueKind == JsonValueKind.Array ? [.. e.EnumerateArray().SelectMany(Flatten)] : [e.GetDouble()];

    private protected static JsonElement Linear => ModelsFolder.Expected.GetProperty("linear");

    private protected static JsonElement Conv => ModelsFolder.Expected.GetProperty("conv");
}
