using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests;

/// <summary>MaaS as part of an application that has endpoints and settings of its own.</summary>
public sealed class EmbeddingTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("same", "linear");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [Test]
    public async Task MapMaaS_UnderAPrefix_LivesBesideTheApplication()
    {
        await using var app = Build(
            $$"""{"MaaS": {"ModelsPath": "{{_models.Path}}", "Models": {"linear": {"MaxBatchSize": 1} } } }""",
            o => o.DefaultModel = "same");
        app.MapGet("/", () => "the application");
        app.MapGet("/v2", () => "its second version");
        app.MapMaaS("/ml");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        Assert.That(await client.GetStringAsync(new Uri("/", UriKind.Relative)), Is.EqualTo("the application"));
        Assert.That(await client.GetStringAsync(new Uri("/v2", UriKind.Relative)), Is.EqualTo("its second version"));
        Assert.That(await client.GetStringAsync(new Uri("/ml/v2", UriKind.Relative)), Does.Contain("\"extensions\""));
        using var content = new StringContent("""{"instances": [[1, 2]]}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/ml/predict", UriKind.Relative), content);
        Assert.That(
            await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"predictions":[[1,2]]}"""),
            "the default model of the code, the folder of the settings");
        using var elsewhere = await client.GetAsync(new Uri("/v1/models/same", UriKind.Relative));
        Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        await app.StopAsync();
    }

    [Test]
    public void AddMaaS_FaultySettings_StopTheStartWithAllFaults()
        => Assert.That(
            async () =>
            {
                await using var app = Build(
                    """{"MaaS": {"ModelsPath": "/nowhere", "Defaults": {"QueueLimit": -1}, "RequestTimeouts": "1"}}""",
                    o => o.MaxRequestBytes = 0);
                await app.StartAsync();
            },
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("ModelsPath")
                .And.Message.Contains("QueueLimit")
                .And.Message.Contains("MaaS:RequestTimeouts").And.Message.Contains("MaxRequestBytes"));

    private static WebApplication Build(string settings, Action<MaaSServingOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
        builder.Services.AddMaaS(configure);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        return app;
    }
}
