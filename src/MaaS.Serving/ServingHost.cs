using MaaS.Serving.Hosting;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving;

/// <summary>A server of its own: Kestrel with every MaaS endpoint.</summary>
public sealed partial class ServingHost : IAsyncDisposable
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    private readonly WebApplication _app;

    private ServingHost(WebApplication app, MaaSServingOptions options, IReadOnlyList<string> addresses)
    {
        _app = app;
        Address = new Uri(addresses[0]);
        AdminAddress = options.Security.AdminUrl is null ? null : new Uri(addresses[^1]);
        GrpcAddress = options.GrpcUrl is null ? null : new Uri(addresses[^(AdminAddress is null ? 1 : 2)]);
    }

    /// <summary>Where the server listens, with the port that it got.</summary>
    public Uri Address { get; }

    /// <summary>Where the server listens for gRPC without TLS; null without
    /// <see cref="MaaSServingOptions.GrpcUrl"/>.</summary>
    public Uri? GrpcAddress { get; }

    /// <summary>Where models can be loaded, unloaded and routed; null without
    /// <see cref="SecurityOptions.AdminUrl"/>.</summary>
    public Uri? AdminAddress { get; }

    /// <summary>Serves the models of a folder, or one model, on the loopback address.</summary>
    /// <param name="modelsPath">See <see cref="MaaSServingOptions.ModelsPath"/>.</param>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <inheritdoc cref="StartAsync(Action{MaaSServingOptions}, string, Action{WebApplicationBuilder}?,
    /// CancellationToken)" path="/exception"/>
    public static Task<ServingHost> StartAsync(
        string modelsPath, int port = 0, CancellationToken cancellationToken = default)
        => StartAsync(
            o => o.ModelsPath = modelsPath, $"http://127.0.0.1:{port}", configureBuilder: null, cancellationToken);

    /// <summary>Starts a server; it is ready when the task completes.</summary>
    /// <param name="configure">What is served.</param>
    /// <param name="url">
    /// Where to listen, as <c>http://0.0.0.0:8080</c>; port 0 takes a free one. Null for what the configuration says
    /// (<c>urls</c>,
    /// <c>Kestrel</c>), or http://127.0.0.1:8080.
    /// </param>
    /// <param name="configureBuilder">Logging and other services of the host; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults: all are
    /// named.</exception>
    /// <exception cref="InvalidOperationException">There is no model, or none could be loaded.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ServingHost> StartAsync(
        Action<MaaSServingOptions> configure,
        string? url,
        Action<WebApplicationBuilder>? configureBuilder = null,
        CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddMaaS(options =>
        {
            options.Security.IsOwnHost = true;
            configure(options);
        });

        // Their lines name the folder that the server was started in.
        builder.Services.Configure<ConsoleLifetimeOptions>(static options => options.SuppressStatusMessages = true);
        builder.Services.AddOptions<HostOptions>().PostConfigure<IOptions<MaaSServingOptions>>(
            static (host, options) => host.ShutdownTimeout = options.Value.DrainDelay + options.Value.DrainTimeout);

        // A failed start is thrown to the caller, who reports it once; a line a request belongs to those who ask for
        // it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // What fails in a method is logged by MaaS; the library's lines tell it once more, and of clients that hang up
        // as errors.
        builder.Logging.AddFilter("Grpc", LogLevel.None);
        configureBuilder?.Invoke(builder);
        url ??= builder.Configuration["urls"]
            ?? (builder.Configuration.GetSection("Kestrel:Endpoints").Exists() ? "" : DefaultUrl);
        builder.Services.PostConfigure<MaaSServingOptions>(options => ServingTransport.AllowHostsOf(url, options));
        ServingTransport.Use(builder, url);
        var app = builder.Build();
        try
        {
            var options = app.Services.GetRequiredService<IOptions<MaaSServingOptions>>().Value;
            ServingTransport.Bind(app, url, options);

            // Requests that an endpoint answers do not pay for those that none does.
            app.UseWhen(
                static c => c.GetEndpoint() is not RouteEndpoint,
                static unmatched => unmatched.UseStatusCodePages(UnmatchedRequests.WriteErrorAsync));
            if (options.Security.AllowedOrigins.Count > 0)
            {
                app.UseCors(
                    policy
                        => policy.WithOrigins([.. options.Security.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod());
            }

            app.MapMaaS();
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            var host = new ServingHost(app, options, [.. addresses.Addresses]);
            if (options.Security.ClientAuthorityFile is not null
                && addresses.Addresses.Where(a => a.StartsWith("http:", StringComparison.Ordinal))
                .ToArray() is { Length: > 0 } plain)
            {
                LogNoCertificates(app.Logger, string.Join(", ", plain));
            }

            ServingTransport.SetPorts(app, host.AdminAddress?.Port, host.GrpcAddress?.Port);

            return host;
        }
        catch (Exception e)
        {
            var taken = e is IOException { InnerException: AddressInUseException }
                ? TakenPort(e.Message, url, app.Services.GetRequiredService<IOptions<MaaSServingOptions>>().Value)
                : null;
            await app.DisposeAsync().ConfigureAwait(false);
            if (taken is not null)
            {
                throw new IOException($"{taken} (0 takes a free one).", e);
            }

            throw;
        }
    }

    /// <summary>The models that are served, for changes at run time.</summary>
    public ModelRepository Models => _app.Services.GetRequiredService<ModelRepository>();

    /// <summary>What the server is made of.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>
    /// Waits until the process is told to end (Ctrl+C, SIGTERM) or the token fires; then says that it is not ready,
    /// listens for another <see cref="MaaSServingOptions.DrainDelay"/>, answers what is under way and stops.
    /// </summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
        => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Takes no new requests, answers those under way, frees the models.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{Addresses}: without TLS no client can show the certificate that Security:ClientAuthorityFile asks for; only "
            + "health is answered there")]
    private static partial void LogNoCertificates(ILogger logger, string addresses);

    /// <summary>Which address of those that were asked for is taken, what it is for, and by whom it is taken.</summary>
    private static string TakenPort(string message, string url, MaaSServingOptions options)
    {
        bool IsTaken(string? address)
            => address is not null
                && message.Contains($":{BindingAddress.Parse(address).Port}:", StringComparison.Ordinal);
        (string Purpose, string? Address)[] special = [
            ("administration port", options.Security.AdminUrl), ("gRPC port", options.GrpcUrl)];
        var (purpose, taken) = special.FirstOrDefault(s => IsTaken(s.Address));
        return taken is null
            ? $"{url}: expected a free port, got one that another process listens on; stop it or choose another"
            : IsTaken(url.Split(';')[0])
                ? $"{purpose} {taken}: expected another port than that of {url}, got the same; choose another"
            : $"{purpose} {taken}: expected a free port, got one that another process listens on; stop it or choose "
                + "another";
    }
}
