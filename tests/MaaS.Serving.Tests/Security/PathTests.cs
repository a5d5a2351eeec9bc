using Google.Protobuf;
using MaaS.Onnx.Schema;
using MaaS.Serving.Grpc.Schema;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests.Security;

/// <summary>Nothing that the server says to others, or logs for everyday use, tells where its files are.</summary>
public sealed class PathTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly LogLines _log = new();

    [OneTimeTearDown]
    public void Remove()
    {
        _models.Dispose();
        _log.Dispose();
    }

    /// <summary>linear.onnx with its first weight in another file.</summary>
    private void WriteWithExternalData(string name, string location)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(ModelsFolder.Fixture("linear.onnx")));
        var weight = model.Graph.Initializer[0];
        weight.ClearRawData();
        weight.FloatData.Clear();
        weight.DataLocation = TensorProto.Types.DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        File.WriteAllBytes(_models[name], model.ToByteArray());
    }

    [Test]
    public async Task Answers_AboutModelsThatCannotBeLoaded_NameNoFolder()
    {
        WriteWithExternalData("missing.onnx", "weights.bin");
        WriteWithExternalData("outside.onnx", "../../../../../../etc/hostname");
        WriteWithExternalData("absolute.onnx", "/etc/hostname");
        WriteWithExternalData("short.onnx", "short.bin");
        await File.WriteAllBytesAsync(_models["short.bin"], [1, 2, 3]);
        await File.WriteAllTextAsync(_models["text.onnx"], "no model");
        await File.WriteAllTextAsync(_models["broken.maas"], "no package");
        await File.WriteAllTextAsync(_models["sum.ensemble.json"], "{}");
        Directory.CreateDirectory(_models["folder"]);
        await File.WriteAllTextAsync(Path.Combine(_models["folder"], "manifest.json"), "{}");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl, o.Watch, o.Telemetry.LogRequests) = (
                _models.Path, "http://127.0.0.1:0", false, true),
            builder: b => b.Logging.AddProvider(_log));

        List<string> said = [];
        string[] models = ["missing", "outside", "absolute", "short", "text", "broken", "sum", "folder"];
        foreach (var model in models)
        {
            foreach (var (method, address) in new[]
            {
                ("GET", $"/v2/models/{model}"), ("GET", $"/v2/models/{model}/ready"), ("GET", $"/v1/models/{model}"),
                ("GET", $"/models/{model}"), ("GET", $"/page/models/{model}"),
                ("POST", $"/v2/repository/models/{model}/load"), ("POST", $"/models?url={model}.onnx"),
                ("POST", $"/v1/models/{model}:predict"), ("POST", $"/predictions/{model}"),
                ("POST", $"/v2/models/{model}/infer"), ("GET", $"/v2/models/{model}/stats"),
            })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative))
                {
                    Content = method == "POST" ? new StringContent("{}", null, "application/json") : null,
                };
                using var response = await server.Client.SendAsync(request);
                said.Add($"{address}: {await response.Content.ReadAsStringAsync()}");
            }

            var (_, message, _) = await server.Client.CallAsync(
                server.GrpcAddress, GrpcCalls.Service + "RepositoryModelLoad",
                [new RepositoryModelLoadRequest { ModelName = model }]);
            said.Add($"gRPC load of {model}: {message}");
        }

        foreach (var address in new[]
        {
            "/v2/repository/index", "/healthz", "/page/overview", "/metrics", "/", "/openapi/v1.json", "/models",
        })
        {
            using var request = new HttpRequestMessage(
                address.EndsWith("index", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get,
                new Uri(address, UriKind.Relative));
            using var response = await server.Client.SendAsync(request);
            said.Add($"{address}: {await response.Content.ReadAsStringAsync()}");
        }

        // What is not loaded says why, by the names of files.
        Assert.That(
            said.Single(s => s.StartsWith("/v2/repository/models/missing/load", StringComparison.Ordinal)),
            Does.Contain("weights.bin"));
        ExpectNoPath(said.Select(s => s.Replace("/etc/hostname", "", StringComparison.Ordinal)));

        using var broken = await server.Client.PostAsync(
            new Uri("/v1/models/same:predict", UriKind.Relative), new StringContent("{ no json"));
        var lines = _log.All.Where(l => l.Level == LogLevel.Information).Select(l => l.Text).ToArray();
        Assert.That(lines, Has.Some.Contains("Serving same"));
        ExpectNoPath(lines);
    }

    private void ExpectNoPath(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            Assert.That(
                text,
                Does.Not.Contain(_models.Path).And.Not.Contain(AppContext.BaseDirectory)
                    .And.Not.Contain(Path.GetTempPath()).And.Not.Contain(Environment.CurrentDirectory));
            Assert.That(
                text, Does.Not.Contain("onnxruntime_src").And.Not.Contain("/etc/").And.Not.Contain("   at "), text);
        }
    }

    [Test]
    public async Task Start_LinesOfTheHostItself_NameNoFolder()
    {
        await using var host = await ServingHost.StartAsync(
            o => o.ModelsPath = _models["same.onnx"], "http://127.0.0.1:0", b =>
        {
            b.Logging.ClearProviders();
            b.Logging.AddProvider(_log);
        });

        ExpectNoPath(_log.All.Where(l => l.Level == LogLevel.Information).Select(l => l.Text));
    }
}
