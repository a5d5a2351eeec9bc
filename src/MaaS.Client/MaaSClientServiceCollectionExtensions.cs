using MaaS.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds clients of model servers to an application.</summary>
public static class MaaSClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="IMaaSClient"/> for the whole application, over an HTTP client of IHttpClientFactory. Its
    /// options are checked when the host starts.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">The servers and how to talk to them.</param>
    /// <returns>The HTTP client's builder, for handlers of the application's own.</returns>
    public static IHttpClientBuilder AddMaaSClient(
        this IServiceCollection services, Action<MaaSClientOptions> configure)
    {
        var builder = services.AddClient(Options.Options.DefaultName, nameof(MaaSClient), configure);
        services.TryAddSingleton(static services => Create(services, Options.Options.DefaultName, nameof(MaaSClient)));
        services.TryAddSingleton<IMaaSClient>(static services => services.GetRequiredService<MaaSClient>());
        return builder;
    }

    /// <summary>Adds a further <see cref="IMaaSClient"/> as a keyed service:
    /// <c>[FromKeyedServices(name)]</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">Key of the service and name of its options.</param>
    /// <param name="configure">The servers and how to talk to them.</param>
    /// <returns>The HTTP client's builder, for handlers of the application's own.</returns>
    public static IHttpClientBuilder AddMaaSClient(
        this IServiceCollection services, string name, Action<MaaSClientOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var httpName = $"{nameof(MaaSClient)}:{name}";
        var builder = services.AddClient(name, httpName, configure);
        services.AddKeyedSingleton(name, (services, _) => Create(services, name, httpName));
        services.AddKeyedSingleton<IMaaSClient>(
            name, static (services, key) => services.GetRequiredKeyedService<MaaSClient>(key));
        return builder;
    }

    private static IHttpClientBuilder AddClient(
        this IServiceCollection services, string optionsName, string httpName, Action<MaaSClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptionsWithValidateOnStart<MaaSClientOptions, MaaSClientOptionsValidator>(optionsName)
            .Configure(configure);

        // One handler for the client's life: its connections are renewed one by one. Each try has a limit of its own.
        return services.AddHttpClient(httpName, static http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(
                services => ClientHandler.Create(
                    services.GetRequiredService<IOptionsMonitor<MaaSClientOptions>>().Get(optionsName)))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    private static MaaSClient Create(IServiceProvider services, string optionsName, string httpName) => new(
        services.GetRequiredService<IHttpClientFactory>().CreateClient(httpName),
        services.GetRequiredService<IOptionsMonitor<MaaSClientOptions>>().Get(optionsName),
        services.GetService<TimeProvider>(),
        services.GetService<ILoggerFactory>());
}
