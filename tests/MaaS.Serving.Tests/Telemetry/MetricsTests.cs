using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace MaaS.Serving.Tests.Telemetry;

public sealed partial class MetricsTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("linear", "same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    // The text format's own grammar: https://prometheus.io/docs/instrumenting/exposition_formats/
    [GeneratedRegex(
        """^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? (\+Inf|-Inf|NaN|-?[0-9.]+([eE][+-]?[0-9]+)?)$""")]
    private static partial Regex Sample();

    [Test]
    public async Task Metrics_AfterRequests_CountThemByModelAndOutcome()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        for (var i = 0; i < 5; i++)
        {
            await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2], [3, 4]]}""");
        }

        await server.PostAsync("/v1/models/linear:predict", """{"instances": [[1]]}""", HttpStatusCode.BadRequest);
        var samples = await SamplesAsync(server);

        Assert.That(samples["""maas_inference_duration_seconds_count{model="same",version="1"}"""], Is.EqualTo(5));
        Assert.That(
            samples["""maas_inference_duration_seconds_bucket{model="same",version="1",le="+Inf"}"""], Is.EqualTo(5));
        Assert.That(samples["""maas_inference_batch_size_sum{model="same",version="1"}"""], Is.EqualTo(10));
        Assert.That(samples["""maas_inference_active{model="same",version="1"}"""], Is.Zero);
        Assert.That(samples["""maas_model_available{model="same",version="1"}"""], Is.EqualTo(1));
        Assert.That(samples["""maas_model_loads_total{outcome="success"}"""], Is.EqualTo(2));
        Assert.That(samples["maas_server_ready"], Is.EqualTo(1));
        Assert.That(samples["maas_process_memory_bytes"], Is.GreaterThan(1e7));
    }

    [Test]
    public async Task Metrics_Histogram_RisesToItsCount()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2]]}""");

        var buckets = (await SamplesAsync(server)).Where(
            s => s.Key.StartsWith("maas_inference_duration_seconds_bucket", StringComparison.Ordinal)).ToList();

        Assert.That(buckets, Has.Count.EqualTo(17));
        Assert.That(buckets.Select(b => b.Value), Is.Ordered);
        Assert.That(buckets[^1].Value, Is.EqualTo(1));
    }

    [Test]
    public async Task Metrics_FailedModel_IsNotAvailable()
    {
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        var samples = await SamplesAsync(server);

        Assert.That(samples["""maas_model_available{model="broken",version="1"}"""], Is.Zero);
        Assert.That(samples["""maas_model_loads_total{outcome="failure"}"""], Is.GreaterThanOrEqualTo(1));
        Assert.That(samples["maas_server_ready"], Is.EqualTo(1), "the other models answer");
    }

    [TestCase(null, "text/plain")]
    [TestCase(
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text")]
    [TestCase("text/plain, application/openmetrics-text;q=0.5", "text/plain")]
    public async Task Metrics_Accept_ChoosesTheFormat(string? accept, string expected)
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo(expected));
        Assert.That(text.EndsWith("# EOF\n", StringComparison.Ordinal), Is.EqualTo(expected != "text/plain"));
        Assert.That(
            text,
            Does.Contain(
                expected == "text/plain"
                    ? "# TYPE maas_model_loads_total counter" : "# TYPE maas_model_loads counter"));
        Assert.That(text, Does.Contain("\nmaas_model_loads_total{"));
    }

    /// <summary>Prometheus' own judgement of names, units and help: its command, of Debian's package
    /// prometheus.</summary>
    [Test]
    public async Task Metrics_Promtool_IsSilent()
    {
        var promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(p => Path.Combine(p, "promtool")).FirstOrDefault(File.Exists);
        Assume.That(promtool, Is.Not.Null, "promtool is not installed (eng/test-packages.txt)");
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2]]}""");
        await server.PostAsync("/v1/models/linear:predict", """{"instances": [[1]]}""", HttpStatusCode.BadRequest);

        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(promtool!, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(
            await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That((said, process.ExitCode), Is.EqualTo(("", 0)));
    }

    private static async Task<Dictionary<string, double>> SamplesAsync(TestServer server)
    {
        using var response = await server.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.That(
            response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(text, Does.EndWith("\n"));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Where(l => !l.StartsWith('#') && !Sample().IsMatch(l)), Is.Empty);
        Assert.That(lines.Where(l => l.StartsWith("# TYPE", StringComparison.Ordinal)), Is.Unique);
        return lines.Where(l => !l.StartsWith('#')).ToDictionary(
            l => l[..l.LastIndexOf(' ')],
            l => double.Parse(
                l[(l.LastIndexOf(' ') + 1)..].Replace("+Inf", "Infinity", StringComparison.Ordinal),
                CultureInfo.InvariantCulture));
    }
}
