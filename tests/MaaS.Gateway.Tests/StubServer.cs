using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Gateway.Tests;

/// <summary>A server that is ready, has a model, and answers as a test says.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubServer(WebApplication app) => (_app, Address) = (app, new Uri(app.Urls.Single()));

    public Uri Address { get; }

    /// <summary>Requests that were not probes.</summary>
    public int Requests { get; private set; }

    public static async Task<StubServer> StartAsync(RequestDelegate answer, string? index = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        StubServer? stub = null;
        app.Run(async context =>
        {
            switch (context.Request.Path.Value)
            {
                case "/v2/health/ready":
                    break;
                case "/v2/repository/index":
                    await context.Response.WriteAsync(
                        index ?? """[{"name":"m","version":"1","state":"READY"}]""");
                    break;
                default:
                    stub!.Requests++;
                    await answer(context);
                    break;
            }
        });
        await app.StartAsync();
        return stub = new StubServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
