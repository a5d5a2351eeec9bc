using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests.Page;

/// <summary>An application that has MaaS below a prefix.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EmbeddedServer(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(app.Urls.Single()),
        };
    }

    /// <summary>A client that follows no redirects.</summary>
    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public static async Task<EmbeddedServer> StartAsync(
        string modelsPath, string prefix, Action<WebApplication>? map = null,
        Action<MaaSServingOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMaaS(o =>
        {
            (o.ModelsPath, o.Defaults.IntraOpThreads) = (modelsPath, 1);
            configure?.Invoke(o);
        });
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        map?.Invoke(app);
        app.MapMaaS(prefix);
        await app.StartAsync();
        return new EmbeddedServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
