using MaaS.Client;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a client of a model server to an application.</summary>
public static class MaaSClientServiceCollectionExtensions
{
    /// <summary>Adds <see cref="MaaSClient"/> over an HTTP client of IHttpClientFactory.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">The server and how to talk to it.</param>
    /// <returns>The HTTP client's builder, for handlers and certificates.</returns>
    public static IHttpClientBuilder AddMaaSClient(this IServiceCollection services, Action<MaaSClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);

        // Each try has a limit of its own.
        return services.AddHttpClient(nameof(MaaSClient), static http => http.Timeout = Timeout.InfiniteTimeSpan)
            .AddTypedClient(static (http, services) => new MaaSClient(http, services.GetRequiredService<IOptions<MaaSClientOptions>>().Value));
    }
}
